import { type DatedReading, elapsedSince, speedOf } from '../panel/index.ts';
import { earliestIn, FORGET_MS, stopsIn } from './stops.ts';
import { decide, NOTHING_SHOWN } from './warnings.ts';

/**
 * In how many milliseconds a tab that nobody looks at has to read again, for each reason that there is:
 * what it knows may not be true any more. `missing`: the moments of stops that are known but not in the
 * reading.
 */
export function untilNews(
  reading: DatedReading,
  thresholds: readonly number[],
  missing: readonly number[],
): number[] {
  const farthest = Math.max(0, ...thresholds);
  if (farthest === 0) return [];
  const policy = { toasts: thresholds, dialog: 0, doNotDisturb: false };
  // The instance may be idle since the reading.
  const begun = earliestIn(reading).flatMap(stop => {
    const { due, nextIn } = decide(stop, policy, NOTHING_SHOWN, Date.now());
    return due ? [0] : nextIn === null ? [] : [nextIn];
  });
  // One that should be over may have been put off.
  const over = stopsIn(reading).map(({ left }) => left + FORGET_MS + 1);
  // One that could not be read for a moment may still be ahead.
  const unread = missing.map(due => due - Date.now() - farthest);
  const { error } = reading;
  const again = error ? [error.retry_in_ms * speedOf(reading) - elapsedSince(reading)] : [];
  return [...begun, ...over, ...unread, ...again].map(ms => Math.max(0, ms));
}
