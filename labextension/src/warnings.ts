import type { Stop } from './countdown.ts';

/** A warning that was shown: of which stop, and under which threshold, in milliseconds. */
export interface WarningShown {
  readonly instance: string;
  readonly due: number;
  readonly threshold: number;
}

/** When to warn, in milliseconds before a stop. */
export interface Thresholds {
  readonly toasts: readonly number[];
  /** 0 for none. */
  readonly dialog: number;
}

/** A warning that is to be shown now. */
export interface Due {
  readonly form: 'toast' | 'dialog';
  readonly threshold: number;
}

/**
 * What to do about a stop: warn now, or look again in `nextIn` milliseconds; null: nothing more will
 * be due.
 */
export interface Decision {
  readonly due: Due | null;
  readonly nextIn: number | null;
}

/** Idle time comes in whole minutes: the moment computed from it moves by that much. */
export const SAME_MS = 90_000;

/** Whether two are about the same stop; one that was moved is another. */
export function isSameStop(
  a: Pick<Stop, 'instance' | 'due'>,
  b: Pick<Stop, 'instance' | 'due'>,
): boolean {
  return a.instance === b.instance && Math.abs(a.due - b.due) <= SAME_MS;
}

/**
 * Which warning of a stop is due. The nearest threshold counts; farther ones that were missed,
 * because the machine slept or the page was opened late, are not made up for.
 *
 * `reminders` are thresholds that a person asked for.
 */
export function decide(
  stop: Stop,
  { toasts, dialog }: Thresholds,
  shown: readonly WarningShown[],
  reminders: readonly WarningShown[] = [],
): Decision {
  const asked = reminders.filter(one => isSameStop(one, stop)).map(one => one.threshold);
  const all = [...toasts, ...asked, dialog].filter(threshold => threshold > 0);
  const ahead = all.map(threshold => stop.left - threshold).filter(ms => ms > 0);
  const nearest = Math.min(...all.filter(threshold => stop.left <= threshold));
  const was = shown.some(one => isSameStop(one, stop) && one.threshold <= nearest);
  return {
    due:
      isFinite(nearest) && !was
        ? { form: nearest <= dialog ? 'dialog' : 'toast', threshold: nearest }
        : null,
    nextIn: ahead.length ? Math.min(...ahead) : null,
  };
}
