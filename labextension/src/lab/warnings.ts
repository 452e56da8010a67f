import type { Stop } from './stops.ts';

/** Under which thresholds a stop was announced. Thresholds and moments are milliseconds. */
export interface Announced {
  readonly thresholds: readonly number[];
  /**
   * When a stop with that ID was last seen within a threshold, by that threshold; `Date.now()`. It
   * outlasts the stop.
   */
  readonly within: Readonly<Record<string, number>>;
}

/** What was shown of a stop already, in whichever tab. */
export interface ShownOfStop extends Announced {
  /** Thresholds of reminders that a person set. */
  readonly reminders: readonly number[];
  /** That of the last reminder, where files were unsaved when the dialog was closed. */
  readonly lastReminder: number | null;
  /** What was announced while nobody looked at any tab: it is shown in the window after that. */
  readonly background: Announced;
}

const NOT_ANNOUNCED: Announced = { thresholds: [], within: {} };

/** Nothing yet. */
export const NOTHING_SHOWN: ShownOfStop = {
  ...NOT_ANNOUNCED,
  reminders: [],
  lastReminder: null,
  background: NOT_ANNOUNCED,
};

/** What is known of another stop with the same ID: only when there was one last. */
export function forgotten({ within, background }: ShownOfStop): ShownOfStop {
  const { within: seen } = background;
  return { ...NOTHING_SHOWN, within, background: { ...NOT_ANNOUNCED, within: seen } };
}

/** What was shown of a stop, for a tab that nobody looks at: what is in any window need not be there. */
export function shownAnywhere(shown: ShownOfStop): ShownOfStop {
  const { thresholds, within, background } = shown;
  const seen = Object.entries(background.within).map(
    ([threshold, time]) => [threshold, Math.max(time, within[threshold] ?? 0)] as const,
  );
  return {
    ...shown,
    thresholds: [...thresholds, ...background.thresholds],
    within: { ...within, ...Object.fromEntries(seen) },
  };
}

/** When and how to warn; in milliseconds before a stop. */
export interface Policy {
  readonly toasts: readonly number[];
  /** 0 for none. */
  readonly dialog: number;
  /** Whether JupyterLab shows no toasts. */
  readonly doNotDisturb: boolean;
}

/** A warning that is to be shown now. */
export interface Due {
  readonly form: 'toast' | 'dialog';
  readonly threshold: number;
  /** The last one, only for those with unsaved files. */
  readonly last: boolean;
}

/**
 * What to do about a stop: warn now, or look again in `nextIn` milliseconds; null: nothing more will
 * be due.
 */
export interface Decision {
  readonly due: Due | null;
  readonly nextIn: number | null;
}

/** An idle stop that comes back within this time is not announced again. */
const RETURN_MS = 10 * 60_000;

/**
 * The thresholds of the settings that apply to a stop. One at or above the idle limit would warn at
 * the first idle minute, all day.
 */
function applicable({ toasts, dialog }: Policy, { rule }: Stop): number[] {
  const limit = (rule.max_idle_minutes ?? Infinity) * 60_000;
  return [...toasts, dialog].filter(threshold => threshold > 0 && threshold < limit);
}

/** Where nothing is shown but dialogs, one takes the place of the last toast. */
function dialogFrom({ dialog, doNotDisturb }: Policy, thresholds: readonly number[]): number {
  const toasts = thresholds.filter(threshold => threshold > dialog);
  return doNotDisturb && dialog > 0 && toasts.length ? Math.min(...toasts) : dialog;
}

function isRecent(within: Announced['within'], threshold: number, now: number): boolean {
  return now - (within[String(threshold)] ?? -Infinity) < RETURN_MS;
}

/**
 * Which warning of a stop is due. The nearest threshold counts; farther ones that were missed,
 * because the machine slept or JupyterLab was opened late, are not made up for. `now`: `Date.now()`.
 */
export function decide(stop: Stop, policy: Policy, shown: ShownOfStop, now: number): Decision {
  const { thresholds, reminders, lastReminder, within } = shown;
  const usual = applicable(policy, stop);
  const all = [...usual, ...reminders, ...(lastReminder === null ? [] : [lastReminder])];
  const ahead = all.map(threshold => stop.left - threshold).filter(ms => ms > 0);
  const nextIn = ahead.length ? Math.min(...ahead) : null;
  const threshold = Math.min(...all.filter(one => stop.left <= one));
  if (!isFinite(threshold) || thresholds.some(one => one <= threshold))
    return { due: null, nextIn };
  const form = threshold <= dialogFrom(policy, usual) ? 'dialog' : 'toast';
  const returned =
    form === 'toast' &&
    stop.kind === 'idle' &&
    !reminders.includes(threshold) &&
    isRecent(within, threshold, now);
  const due = { form, threshold, last: threshold === lastReminder } as const;
  return { due: returned ? null : due, nextIn };
}

/** When the stop was seen within which threshold, as of now. */
export function seenWithin(
  stop: Stop,
  policy: Policy,
  { thresholds, within }: Announced,
  now: number,
): Announced['within'] {
  const announced = (threshold: number) =>
    thresholds.some(one => one <= threshold) || isRecent(within, threshold, now);
  const reached = applicable(policy, stop).filter(
    threshold => stop.left <= threshold && announced(threshold),
  );
  return { ...within, ...Object.fromEntries(reached.map(threshold => [String(threshold), now])) };
}

/** Minutes since midnight of "22:30"; NaN if it is no such time. */
function minutesOf(time: string): number {
  const [, hours = NaN, minutes = NaN] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  return Number(hours) * 60 + Number(minutes);
}

/** Whether a moment is in the quiet hours, which may span midnight; empty ones are none. */
export function isQuiet(from: string, to: string, now: Date): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (isNaN(start + end)) return false;
  const minute = now.getHours() * 60 + now.getMinutes();
  return start <= end ? start <= minute && minute < end : start <= minute || minute < end;
}
