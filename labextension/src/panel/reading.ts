import type { Clock } from './clock.ts';
import type { Answer } from './rest.ts';

/** An answer, and the moment of the monotonic clock at which its ages and remainders held. */
export interface Reading {
  readonly answer: Answer;
  readonly at: number;
}

/**
 * A reading kept by someone else since it was taken: a trait set a while ago, or saved in a
 * notebook last week. Its age is then at least what the wall clock says.
 */
export function keptReading(answer: Answer, clock: Clock): Reading {
  const readAt = Date.parse(answer.read_at ?? '');
  const sinceReading = Number.isNaN(readAt) ? 0 : clock.wall() - readAt;
  const unaccounted = Math.max(0, sinceReading - (answer.age_ms ?? 0));
  return { answer, at: clock.now() - unaccounted };
}

/** How old what the endpoint said is at `now`; null if it never said anything. */
export function ageMs({ answer, at }: Reading, now: number): number | null {
  return answer.age_ms === null ? null : answer.age_ms + (now - at);
}

/**
 * What is left of a countdown at `now`: negative once its moment has passed. Always from the
 * remainder at receipt, never by decrementing, so that no timer's lateness adds up.
 */
export function remainingMs(remaining: number, at: number, now: number): number {
  return remaining - (now - at);
}
