import type { Stop, StopRule } from './contract.ts';
import { duration, measure, MINUTE, moment, number, percent, t, textFor } from './i18n.ts';
import { speedOf } from './reading.ts';
import { hasEnded, instanceOf, type ViewModel } from './viewmodel.ts';

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

/** A stop as of now. */
export interface CurrentStop extends Stop {
  /** Milliseconds, negative once its moment has passed; null unless it counts. */
  readonly left: number | null;
  /** Minutes of idleness by now; null where they are not known, and of another stop. */
  readonly idleFor: number | null;
}

/** A stop is over that long after its moment: what is known of it is old. */
const OVER_MS = 2 * MINUTE;

/** What stops the instance, nearest first; none where nothing was read, or it has stopped. */
export function stopsOf({ known, elapsed }: ViewModel): readonly CurrentStop[] {
  if (!known) return [];
  const sinceRead = (known.age_ms ?? 0) * speedOf(known) + elapsed;
  return known.stops.map(stop => {
    // Always from the remainder at receipt, never by decrementing: no timer's lateness adds up.
    const left = stop.remaining_ms === null ? null : stop.remaining_ms - elapsed;
    return { ...stop, left, idleFor: idleMinutes(stop, left, sinceRead) };
  });
}

/** Minutes of idleness by now: those that were read, and the time since while they count. */
function idleMinutes(stop: Stop, left: number | null, sinceRead: number): number | null {
  const { idle_minutes: read, rule } = stop;
  if (left === null) return read;
  if (read !== null) return read + sinceRead / MINUTE;
  const { max_idle_minutes: most } = rule;
  return most === null ? null : Math.max(0, most - Math.max(0, left) / MINUTE);
}

/** The stop that comes next, its time known or not; null where none is on its way. */
export function nextStopOf(model: ViewModel): CurrentStop | null {
  if (hasEnded(instanceOf(model).Status)) return null;
  const [first] = stopsOf(model);
  return first && first.state !== 'armed' ? first : null;
}

/** What is left until the next stop, in milliseconds; null if none is counting. */
export function untilNextStop(model: ViewModel): number | null {
  return nextStopOf(model)?.left ?? null;
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

/** What kind of stop it is. */
export function nameOf({ kind }: Stop): string {
  return kind === 'idle' ? t('Idle stop') : t('Scheduled stop');
}

/** Who decides on it. */
export function decidedBy({ kind, decided_by: by }: Stop): string {
  return textFor(by, {
    instance: kind === 'idle' ? t('set on this instance') : t('shutdown timer of this instance'),
    workspace: t('policy of the workspace'),
    user: t('set by a user'),
    system: t('set by the platform'),
    unknown: t('unknown who set it'),
  });
}

/** The thresholds of an idle stop as texts; null for those that it does not have. */
function thresholds(rule: StopRule): readonly [cpu: string | null, gpu: string | null] {
  const { cpu_percent: cpu, gpu_percent: gpu } = rule;
  return [cpu === null ? null : percent(cpu, 2), gpu === null ? null : percent(gpu, 2)];
}

/** When an idle instance is stopped. */
function idleRule(rule: StopRule, limit: string): string {
  const [cpu, gpu] = thresholds(rule);
  if (cpu && gpu)
    return t('stops after %1 idle, with CPU below %2 and GPU below %3', limit, cpu, gpu);
  if (cpu) return t('stops after %1 idle, with CPU below %2', limit, cpu);
  return gpu
    ? t('stops after %1 idle, with GPU below %2', limit, gpu)
    : t('stops after %1 idle', limit);
}

/** How long it has been idle, and what counts as use. */
function idleProgress(rule: StopRule, spent: string, limit: string): string {
  const [cpu, gpu] = thresholds(rule);
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

function idleReason(stop: CurrentStop): string {
  const { rule, left, state, idleFor } = stop;
  const { max_idle_minutes: most, expression } = rule;
  if (most === null) return expression ?? t('stops when it is idle');
  const limit = measure(number(most, 1), t('min'));
  if (state === 'armed') return idleRule(rule, limit);
  if (left === null) return t('stops after %1 idle; time unknown, see the PAI console', limit);
  // At the end of a delay it has been idle for longer than the rule has it.
  if (idleFor === null || stop.delayed) return idleRule(rule, limit);
  const spent = number(Math.min(most, Math.floor(idleFor)));
  return left > 0 ? idleProgress(rule, spent, limit) : t('idle for %1 of %2', spent, limit);
}

function scheduledReason({ at, left, rule }: CurrentStop): string {
  if (left === null) {
    return at
      ? t('stops at %1, time left unknown', moment(at))
      : (rule.expression ?? t('time unknown, see the PAI console'));
  }
  return at ? t('scheduled for %1', moment(at)) : t('scheduled');
}

/** Why a stop comes, or what it waits for: its rule in words, else as whoever set it wrote it. */
export function reasonOf(stop: CurrentStop): string {
  return stop.kind === 'idle' ? idleReason(stop) : scheduledReason(stop);
}

/** The part of the idle minutes that has passed, 0 to 1; null unless an idle stop counts by them. */
export function idlePart({ left, idleFor, rule, delayed }: CurrentStop): number | null {
  const { max_idle_minutes: most } = rule;
  return left === null || idleFor === null || !most || delayed ? null : Math.min(1, idleFor / most);
}
