import { html, nothing, type TemplateResult } from 'lit-html';
import type { IdleCountdown, ScheduledCountdown } from '../contract.ts';
import { duration, durationParts, measure, MINUTE, moment, number, percent, t } from '../i18n.ts';
import { hasEnded, instanceOf, type ViewModel } from '../viewmodel.ts';
import { bar, dotted, unbroken, type View } from './parts.ts';
import { describeProblem } from './problem.ts';

/** How near a stop is: `near` is amber, `urgent` red, on every surface. */
export type Urgency = 'none' | 'near' | 'urgent';

/** The minutes before a stop at which a person wants to be warned: part of the preferences. */
export interface Thresholds {
  /** A stop is near within the largest one. */
  readonly toastMinutes: readonly number[];
  /** A stop is urgent within that. */
  readonly dialogMinutes: number;
}

const DEFAULT: Thresholds = { toastMinutes: [30, 10], dialogMinutes: 2 };
/** Cells have their own copies of this module; the labextension knows the person's preferences. */
const THRESHOLDS = Symbol.for('jupyter-dsw:thresholds');

const shared = globalThis as unknown as { [THRESHOLDS]?: Thresholds };

/** Makes these the thresholds of all panels of the browser page. */
export function publishThresholds(thresholds: Thresholds): void {
  shared[THRESHOLDS] = thresholds;
}

/**
 * How near a stop is in `left` milliseconds. `idleLimit`: the minutes after which an idle instance is
 * stopped, for an idle stop; null for another stop. Thresholds at or above that limit do not apply,
 * or each idle minute would be near a stop.
 */
export function urgencyOf(
  left: number | null,
  idleLimit: number | null = null,
  { toastMinutes, dialogMinutes }: Thresholds = shared[THRESHOLDS] ?? DEFAULT,
): Urgency {
  if (left === null) return 'none';
  const within = (...minutes: readonly number[]) =>
    minutes.some(one => one < (idleLimit ?? Infinity) && left <= one * MINUTE);
  if (within(dialogMinutes)) return 'urgent';
  return within(...toastMinutes) ? 'near' : 'none';
}

/** A timer as text. */
export interface Timer {
  readonly name: string;
  /** Milliseconds, negative once its moment has passed; null unless it counts. */
  readonly left: number | null;
  /** Whether it is set, but its time could not be read. */
  readonly unknown: boolean;
  /** What it waits for, or what it is set to; null if it is off. */
  readonly why: string | null;
  /** The moment that it is set to; null where that is not known. */
  readonly at: string | null;
}

export interface Timers {
  readonly idle: Timer;
  readonly scheduled: Timer;
  readonly next: Timer | null;
  /** Idle minutes until the idle stop. */
  readonly most: number;
}

/** A stop is over that long after its moment: what is known of it is old. */
const OVER_MS = 2 * MINUTE;

/** The thresholds of an idle culler as texts; null for those that it does not have. */
function thresholds(idle: IdleCountdown): readonly [cpu: string | null, gpu: string | null] {
  const { cpu_percent_threshold: cpu, gpu_percent_threshold: gpu } = idle;
  return [cpu === null ? null : percent(cpu, 2), gpu === null ? null : percent(gpu, 2)];
}

/** When an idle instance is stopped. */
function idleRule(idle: IdleCountdown, limit: string): string {
  const [cpu, gpu] = thresholds(idle);
  if (cpu && gpu)
    return t('stops after %1 idle, with CPU below %2 and GPU below %3', limit, cpu, gpu);
  if (cpu) return t('stops after %1 idle, with CPU below %2', limit, cpu);
  return gpu
    ? t('stops after %1 idle, with GPU below %2', limit, gpu)
    : t('stops after %1 idle', limit);
}

/** How long it has been idle, and what counts as use. */
function idleProgress(idle: IdleCountdown, spent: string, limit: string): string {
  const [cpu, gpu] = thresholds(idle);
  if (cpu && gpu) {
    return t(
      'idle for %1 of %2; stops unless CPU reaches %3 or GPU reaches %4',
      spent,
      limit,
      cpu,
      gpu,
    );
  }
  if (cpu) return t('idle for %1 of %2; stops unless CPU reaches %3', spent, limit, cpu);
  return gpu
    ? t('idle for %1 of %2; stops unless GPU reaches %3', spent, limit, gpu)
    : t('idle for %1 of %2; stops unless it is used', spent, limit);
}

/** Why the idle stop comes, or what it waits for; null if it is off. */
function idleReason(idle: IdleCountdown, left: number | null): string | null {
  const most = idle.max_idle_minutes ?? 0;
  const limit = measure(number(most, 1), t('min'));
  if (isUnknown(idle)) {
    return most
      ? t('stops after %1 idle; time unknown, see the PAI console', limit)
      : t('time unknown, see the PAI console');
  }
  if (left === null) return idle.state === 'active' ? idleRule(idle, limit) : null;
  const spent = Math.max(0, most - Math.ceil(Math.max(0, left) / MINUTE));
  return left > 0
    ? idleProgress(idle, number(spent, 1), limit)
    : t('idle for %1 of %2', number(spent, 1), limit);
}

function scheduledReason(scheduled: ScheduledCountdown): string | null {
  const { due_time: due, remaining_ms: remaining } = scheduled;
  if (isUnknown(scheduled)) {
    return due
      ? t('stops at %1, time left unknown', moment(due))
      : t('time unknown, see the PAI console');
  }
  if (remaining === null) return null;
  return due ? t('scheduled for %1', moment(due)) : t('scheduled');
}

/** Whether a stop is set and nobody knows for when. */
function isUnknown({
  state,
  remaining_ms: remaining,
}: IdleCountdown | ScheduledCountdown): boolean {
  return remaining === null && state !== 'off' && state !== 'active';
}

/** What stands in place of a countdown whose moment has passed. */
export function passed(left: number): string {
  return left > -OVER_MS
    ? t('Stopping any moment now')
    : t('Was due to stop %1 ago', duration(-left));
}

/** Whether the moment of a stop is so long over that what is known must be old. */
export function isLongOver(left: number | null): boolean {
  return left !== null && left <= -OVER_MS;
}

/** Both timers, and the one that stops the instance next; null if nothing was ever read. */
export function timersOf({ known, elapsed }: ViewModel): Timers | null {
  if (!known?.countdowns) return null;
  const { idle, scheduled, next_stop: next } = known.countdowns;
  // Always from the remainder at receipt, never by decrementing: no timer's lateness adds up.
  const leftOf = (remaining: number | null) => (remaining === null ? null : remaining - elapsed);
  const untilIdle = leftOf(idle.remaining_ms);
  const timers = {
    idle: {
      name: t('Idle stop'),
      left: untilIdle,
      unknown: isUnknown(idle),
      why: idleReason(idle, untilIdle),
      at: null,
    },
    scheduled: {
      name: t('Scheduled stop'),
      left: leftOf(scheduled.remaining_ms),
      unknown: isUnknown(scheduled),
      why: scheduledReason(scheduled),
      at: scheduled.due_time && !isUnknown(scheduled) ? moment(scheduled.due_time) : null,
    },
  };
  return { ...timers, next: next && timers[next], most: idle.max_idle_minutes || 1 };
}

/** What is left until the next stop, in milliseconds; null if none is counting. */
export function untilNextStop(model: ViewModel): number | null {
  return timersOf(model)?.next?.left ?? null;
}

/** How near the next stop is. What is known may be old where something failed: never urgent. */
export function urgency(model: ViewModel): Urgency {
  const timers = timersOf(model);
  const left = timers?.next?.left ?? null;
  if (!timers || isLongOver(left) || hasEnded(instanceOf(model).Status)) return 'none';
  const urgency = urgencyOf(left, timers.next === timers.idle ? timers.most : null);
  return urgency === 'urgent' && describeProblem(model) ? 'near' : urgency;
}

/** The countdown in large figures: "9 min 43 s". */
function figures(left: number): TemplateResult {
  if (left <= 0) return html`<p class="phrase">${passed(left)}</p>`;
  const parts = durationParts(left).map(
    ([value, unit]) => html`<span><b>${value}</b>&nbsp;${unit}</span> `,
  );
  return html`<p class="figures" role="timer">${parts}</p>`;
}

/** How long it is until the next stop, or why that is not known. */
function countdown({ idle, next }: Timers): TemplateResult {
  if (!next) {
    return html`<p class="phrase">${idle.why ? t('None while in use') : t('None planned')}</p>`;
  }
  return next.left === null ? html`<p class="phrase">${t('Time unknown')}</p>` : figures(next.left);
}

/** Why the next stop comes; which one it is where its time is unknown. */
function why({ idle, next }: Timers): string {
  const { name, why, unknown } = next ?? idle;
  if (!why) return t('no timer is set');
  return unknown ? dotted(name, why) : why;
}

/** A timer in one line. */
function line({ name, left, why, at }: Timer): View {
  if (!why) return nothing;
  const about = left !== null && left > 0 && t('in %1', duration(left));
  return html`<p class="soft">${unbroken(dotted(name, about, at ?? why))}</p>`;
}

/** The next stop as a large live countdown with its reason, and the other timer in one line. */
export function stop(model: ViewModel): View {
  const timers = timersOf(model);
  if (!timers || hasEnded(instanceOf(model).Status)) return nothing;
  const { idle, scheduled, next, most } = timers;
  const isCounting = typeof next?.left === 'number' && !isLongOver(next.left);
  const other = next === idle ? scheduled : idle;
  const idleFor = next === idle && idle.left !== null ? 1 - idle.left / MINUTE / most : null;
  return html`<div class="stop ${isCounting ? urgency(model) : ''}">
    <h3>${t('Next stop')}</h3>
    ${countdown(timers)}
    <p>${unbroken(why(timers))}</p>
    ${idleFor === null ? nothing : bar(Math.min(1, Math.max(0, idleFor)))}
    ${next ? line(other) : nothing}
  </div>`;
}
