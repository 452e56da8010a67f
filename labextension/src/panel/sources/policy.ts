import type { Answer } from '../rest.ts';

const LEAST_MS = 1000;
const JITTER = 0.05;
/** After a countdown's end the endpoint needs a moment to say `Stopping`. */
const AFTER_ZERO_MS = 2000;
const BACK_OFF_FIRST_MS = 5000;
const BACK_OFF_MOST_MS = 300_000;
/** Longer delays make `setTimeout` fire at once: it keeps them in 32 bits. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The nearest moment at which a running countdown ends, in milliseconds from the answer. */
function nearestEnd({ countdowns }: Answer): number {
  const ends = [countdowns?.idle.remaining_ms, countdowns?.scheduled.remaining_ms];
  return Math.min(...ends.map(ms => (ms ? ms + AFTER_ZERO_MS : Infinity)));
}

/**
 * How long to wait after an answer, in milliseconds: what it says, but not past the end of a
 * countdown, and a little more at random so that many pages do not ask in step.
 */
export function delayAfter(answer: Answer, random: number): number {
  const said = Math.max(LEAST_MS, answer.next_read_in_ms || 0);
  return Math.min(MAX_TIMEOUT_MS, Math.min(said, nearestEnd(answer)) * (1 + JITTER * random));
}

/** How long to wait after the n-th failure in a row (from 1), in milliseconds. */
export function backOff(failures: number, random: number): number {
  const ceiling = Math.min(BACK_OFF_MOST_MS, BACK_OFF_FIRST_MS * 2 ** (failures - 1));
  return ceiling * (0.5 + random / 2);
}
