import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { follow, type KnownStop, type StopKind } from '../../src/lab/stops.ts';

/** A reading of the sequences that Python's tests share; the file explains its names. */
interface SharedReading {
  readonly at_s: number;
  readonly kind: StopKind;
  readonly remaining_ms: number | null;
  readonly due_time: string | null;
  readonly idle_minutes: number | null;
  readonly stop: number | null;
  readonly moment_s: number | null;
}

interface Sequences {
  readonly within_s: number;
  readonly sequences: readonly {
    readonly name: string;
    readonly readings: readonly SharedReading[];
    readonly reported: readonly number[];
  }[];
}

const { within_s: within, sequences } = JSON.parse(
  await readFile('../tests/stops/sequences.json', 'utf8'),
) as Sequences;

/** What is known of the stop of a kind, its number, and whether a warning was shown. */
interface State {
  known: KnownStop | null;
  number: number;
  isReported: boolean;
}

test('there are sequences', () => {
  assert.ok(sequences.length >= 20);
});

for (const { name, readings, reported } of sequences) {
  test(name, () => {
    const state: Record<StopKind, State> = {
      idle: { known: null, number: 0, isReported: false },
      scheduled: { known: null, number: 0, isReported: false },
    };
    const shown: number[] = [];
    for (const reading of readings) {
      const { at_s: at, kind, remaining_ms: remaining, due_time: dueTime } = reading;
      const one = state[kind];
      const { known, another } = follow(one.known, {
        kind,
        due: remaining === null ? null : at * 1000 + remaining,
        overdue: remaining === 0,
        dueTime: dueTime === null ? null : Date.parse(dueTime),
        idleMinutes: reading.idle_minutes,
      });
      Object.assign(one, { known }, another && { number: one.number + 1, isReported: false });
      if (remaining === null) {
        assert.equal(reading.stop, null);
        continue;
      }
      assert.ok(known);
      assert.deepEqual(
        [one.number, known.due / 1000],
        [reading.stop, reading.moment_s],
        `at ${at}`,
      );
      if (one.isReported || known.due / 1000 - at > within) continue;
      one.isReported = true;
      shown.push(at);
    }
    assert.deepEqual(shown, reported);
  });
}
