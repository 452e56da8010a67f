import { speedOf } from '../reading.ts';
import type { Answer } from '../rest.ts';
import type { Trouble } from '../source.ts';

const LEAST_MS = 1000;
const JITTER = 0.05;
/** After a countdown's end the endpoint needs a moment to say `Stopping`. */
const AFTER_ZERO_MS = 2000;
const BACK_OFF_FIRST_MS = 5000;
/** Longer delays make `setTimeout` fire at once: it keeps them in 32 bits. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The nearest moment at which a running countdown ends, in milliseconds from the response. */
function nearestEnd(answer: Answer): number {
  const { idle, scheduled } = answer.countdowns ?? {};
  const ends = [idle?.remaining_ms, scheduled?.remaining_ms];
  return Math.min(...ends.map(ms => (ms ? ms / speedOf(answer) + AFTER_ZERO_MS : Infinity)));
}

/**
 * How long to wait after a response, in milliseconds: as it says, but not past the end of a
 * countdown, and a little more at random so that many pages do not ask in step.
 */
export function delayAfter(answer: Answer, random: number): number {
  const wished = Math.max(LEAST_MS, answer.next_read_in_ms || 0);
  return Math.min(MAX_TIMEOUT_MS, Math.min(wished, nearestEnd(answer)) * (1 + JITTER * random));
}

/**
 * How long to wait after the n-th failure in a row (from 1), in milliseconds, at most `longest`; without
 * end where only a person can change the matter.
 */
export function backOff(
  trouble: Trouble,
  failures: number,
  random: number,
  longest: number,
): number {
  // A server without jupyter-dsw will not get it while it runs, nor the person a permission.
  if (trouble === 'absent' || trouble === 'not-permitted') return Infinity;
  const ceiling = Math.min(longest, BACK_OFF_FIRST_MS * 2 ** (failures - 1));
  return ceiling * (0.5 + random / 2);
}
