import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageMs, keptReading, remainingMs } from '../src/panel/reading.ts';
import { answerWith, FakeClock } from './support.ts';

const HOUR = 3_600_000;
const answer = answerWith(null, { read_at: '2026-11-23T13:00:00Z', age_ms: 2000 });

test('a reading saved in a notebook is as old as the wall clock says', async () => {
  const clock = new FakeClock();
  await clock.pass(3 * HOUR);
  assert.equal(ageMs(keptReading(answer, clock), clock.now()), 3 * HOUR);
});

test('a wall clock that is behind makes no reading younger than it says', () => {
  const clock = new FakeClock();
  clock.sleep(-HOUR);
  assert.equal(ageMs(keptReading(answer, clock), clock.now()), 2000);
});

test('a reading that never happened has no age', () => {
  assert.equal(ageMs({ answer: { ...answer, age_ms: null }, at: 0 }, 10), null);
});

test('what remains follows the clock, not the number of ticks', () => {
  assert.equal(remainingMs(60_000, 1000, 1000), 60_000);
  assert.equal(remainingMs(60_000, 1000, 41_500), 19_500);
  assert.equal(remainingMs(60_000, 1000, 71_000), -10_000);
});
