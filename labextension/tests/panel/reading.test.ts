import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { now } from '../../src/panel/clock.ts';
import { elapsedSince, storedReading } from '../../src/panel/reading.ts';
import { FakeClock, readingWith } from '../support.ts';

const HOUR = 3_600_000;
const reading = readingWith(null, { read_at: '2026-11-23T13:00:00Z', age_ms: 2000 });

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
  clock.install();
});

function age(stored = reading) {
  return (stored.age_ms ?? 0) + elapsedSince(storedReading(stored));
}

test('a reading saved in a notebook is as old as the wall clock has it', async () => {
  await clock.pass(3 * HOUR);
  assert.equal(age(), 3 * HOUR);
});

test('a wall clock that is behind makes no reading younger than its own age', () => {
  clock.sleep(-HOUR);
  assert.equal(age(), 2000);
});

test('a reading that never happened is not old', () => {
  assert.equal(age({ ...reading, read_at: null, age_ms: null }), 0);
});

test('an instance at a speed ages that many times as fast', async () => {
  const source = { ...reading.source, speed: 60 };
  const fast = { ...reading, source, at: now() };
  await clock.pass(1000);
  assert.equal(elapsedSince(fast), 60_000);
});

test('a speed that is none is real time', async () => {
  for (const speed of [0, -1, NaN, null]) {
    const source = { ...reading.source, speed } as never;
    const current = { ...reading, source, at: now() };
    await clock.pass(1000);
    assert.equal(elapsedSince(current), 1000);
  }
});

test('the age of a reading goes on over a sleep', () => {
  const stored = storedReading(reading);
  clock.sleep(HOUR);
  assert.equal(elapsedSince(stored), HOUR);
});
