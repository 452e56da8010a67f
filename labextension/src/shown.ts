import { cleanReading } from './panel/clean.ts';
import { elapsedSince } from './panel/reading.ts';
import type { SourceState } from './panel/source.ts';
import type { Shown } from './panel/view/shown.ts';

/** What the panel would show of it now: its words and timers serve here too. */
export function shownOf({ reading: received, trouble, asking }: SourceState): Shown {
  const reading = cleanReading(received);
  const { answer = null } = reading ?? {};
  return {
    named: [],
    known: answer?.instance ? answer : null,
    elapsed: reading ? elapsedSince(reading) : 0,
    problem: answer?.error ?? null,
    origin: answer?.source ?? null,
    trouble,
    asking,
  };
}
