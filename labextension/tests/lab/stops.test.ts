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
    readonly rings: readonly number[];
  }[];
}

const { within_s: within, sequences } = JSON.parse(
  await readFile('../tests/stops/sequences.json', 'utf8'),
) as Sequences;

/** What is known of the stop of a kind, its number, and whether a warning rang. */
interface State {
  known: KnownStop | null;
  number: number;
  rung: boolean;
}

test('there are sequences', () => {
  assert.ok(sequences.length >= 20);
});

for (const { name, readings, rings } of sequences) {
  test(name, () => {
    const state: Record<StopKind, State> = {
      idle: { known: null, number: 0, rung: false },
      scheduled: { known: null, number: 0, rung: false },
    };
    const rang: number[] = [];
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
      Object.assign(one, { known }, another && { number: one.number + 1, rung: false });
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
      if (one.rung || known.due / 1000 - at > within) continue;
      one.rung = true;
      rang.push(at);
    }
    assert.deepEqual(rang, rings);
  });
}
