import { elapsedSince, type Reading } from './panel/reading.ts';

/** Over, and not reported any more: whoever still has this has not heard from the server since. */
const FORGET_MS = 2 * 60_000;

/** The next stop of an instance, as of now. */
export interface Stop {
  readonly instance: string;
  readonly kind: 'idle' | 'scheduled';
  /** Milliseconds until then, by the instance's time. */
  readonly left: number;
  /** When that is, in milliseconds since the epoch by the endpoint's clock: the same in all tabs. */
  readonly due: number;
}

/** Milliseconds since the endpoint told what a reading holds. */
export function ageOf(reading: Reading | null): number {
  return reading ? (reading.answer.age_ms ?? 0) + elapsedSince(reading) : 0;
}

/**
 * The stop that a reading tells of, ahead or over; null if none is counting. Always computed from
 * the answer's own remainder: no timer's lateness adds up, and the local wall clock has no part in
 * it, unless the endpoint did not tell its own.
 */
export function stopIn(reading: Reading | null): Stop | null {
  const { countdowns, read_at: readAt = null, age_ms: age, source } = reading?.answer ?? {};
  const kind = countdowns?.next_stop;
  const remaining = kind && countdowns[kind].remaining_ms;
  if (!reading || !kind || typeof remaining !== 'number') return null;
  const left = remaining - elapsedSince(reading);
  const due = readAt === null ? Date.now() + left : Date.parse(readAt) + (age ?? 0) + remaining;
  return { instance: source?.instance_id ?? '', kind, left, due };
}

/** The same; null too if it is long over. */
export function nextStop(reading: Reading | null): Stop | null {
  const stop = stopIn(reading);
  return stop && stop.left >= -FORGET_MS ? stop : null;
}
