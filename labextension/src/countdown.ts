import { elapsedSince, type Reading } from './panel/reading.ts';
import type { StopReading } from './samestop.ts';

/** Over, and not reported any more: whoever still has this has not heard from the server since. */
export const FORGET_MS = 2 * 60_000;

/** What may stop an instance. */
export type StopKind = 'idle' | 'scheduled';

/** A stop of an instance, as of now. */
export interface Stop {
  readonly instance: string;
  readonly kind: StopKind;
  /** Milliseconds until then, by the instance's time. */
  readonly left: number;
  /** When that is, in milliseconds since the epoch by the endpoint's clock: the same in all tabs. */
  readonly due: number;
  /** The idle minutes after which the instance is stopped; null unless it is an idle stop. */
  readonly idleLimit: number | null;
}

/** Milliseconds since the endpoint told what a reading holds. */
export function ageOf(reading: Reading | null): number {
  return reading ? (reading.answer.age_ms ?? 0) + elapsedSince(reading) : 0;
}

/** Milliseconds since the epoch at which a reading was taken, by the endpoint's clock. */
export function momentOf(reading: Reading): number {
  const { read_at: readAt } = reading.answer;
  // Without a date of its own the local clock has to do.
  return readAt === null ? Date.now() - ageOf(reading) : Date.parse(readAt);
}

/**
 * The stop of a kind, ahead or over; null if none is counting. Always computed from the response's
 * own remainder: no timer's lateness adds up.
 */
function stopOf(reading: Reading | null, kind: StopKind): Stop | null {
  const { countdowns, age_ms: age, source } = reading?.answer ?? {};
  const remaining = countdowns?.[kind].remaining_ms;
  if (!reading || typeof remaining !== 'number') return null;
  return {
    instance: source?.instance_id ?? '',
    kind,
    left: remaining - elapsedSince(reading),
    due: momentOf(reading) + (age ?? 0) + remaining,
    idleLimit: kind === 'idle' ? (countdowns?.idle.max_idle_minutes ?? null) : null,
  };
}

/** All stops that a reading has, ahead or over. */
export function stopsIn(reading: Reading | null): Stop[] {
  return (['idle', 'scheduled'] as const)
    .map(kind => stopOf(reading, kind))
    .filter(stop => stop !== null);
}

/** What a reading has about the stop of a kind, to follow it over several readings. */
export function stopReadingOf(reading: Reading, kind: StopKind): StopReading {
  const { idle, scheduled } = reading.answer.countdowns ?? {};
  const dueTime = kind === 'scheduled' ? Date.parse(scheduled?.due_time ?? '') : NaN;
  return {
    kind,
    due: stopOf(reading, kind)?.due ?? null,
    overdue: (kind === 'idle' ? idle : scheduled)?.remaining_ms === 0,
    dueTime: isNaN(dueTime) ? null : dueTime,
    idleMinutes: kind === 'idle' ? (idle?.idle_minutes ?? null) : null,
  };
}

/** The next stop that a reading has, ahead or over; null if none is counting. */
export function stopIn(reading: Reading | null): Stop | null {
  const kind = reading?.answer.countdowns?.next_stop;
  return kind ? stopOf(reading, kind) : null;
}

/** Whether a stop is long over. */
export function isOver({ left }: Pick<Stop, 'left'>): boolean {
  return left < -FORGET_MS;
}

/** The next stop; null too if it is long over. */
export function nextStop(reading: Reading | null): Stop | null {
  const stop = stopIn(reading);
  return stop && !isOver(stop) ? stop : null;
}
