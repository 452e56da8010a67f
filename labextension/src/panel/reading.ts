import { now } from './clock.ts';
import type { Answer } from './rest.ts';

/** An answer, and the moment of `now()` at which its ages and remainders held. */
export interface Reading {
  readonly answer: Answer;
  readonly at: number;
}

/**
 * A reading kept by someone else since it was taken: a trait set a while ago, or saved in a
 * notebook last week. Its age is then at least what the wall clock says.
 */
export function keptReading(answer: Answer): Reading {
  const sinceReading = Date.now() - Date.parse(answer.read_at ?? '');
  const unaccounted = Math.max(0, sinceReading - (answer.age_ms ?? 0) || 0);
  return { answer, at: now() - unaccounted };
}

/** How many times as fast as real time an instance runs; 1 unless it is simulated at a speed. */
export function speedOf(answer: Answer | undefined): number {
  const { speed = 1 } = (answer?.source ?? {}) as { readonly speed?: number };
  return speed > 0 ? speed : 1;
}

/** Milliseconds since the moment of a reading, by the instance's own time. */
export function elapsedSince({ answer, at }: Reading): number {
  return (now() - at) * speedOf(answer);
}
