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
export function keptReading(answer: Answer): Reading {
  const sinceReading = Date.now() - Date.parse(answer.read_at ?? '');
  const unaccounted = Math.max(0, sinceReading - (answer.age_ms ?? 0) || 0);
  return { answer, at: performance.now() - unaccounted };
}
