import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { keptReading } from '../src/panel/reading.ts';
import { answerWith, FakeClock } from './support.ts';

const HOUR = 3_600_000;
const answer = answerWith(null, { read_at: '2026-11-23T13:00:00Z', age_ms: 2000 });

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
  clock.install();
});

function age(kept = answer) {
  return (kept.age_ms ?? 0) + performance.now() - keptReading(kept).at;
}

test('a reading saved in a notebook is as old as the wall clock says', async () => {
  await clock.pass(3 * HOUR);
  assert.equal(age(), 3 * HOUR);
});

test('a wall clock that is behind makes no reading younger than it says', () => {
  clock.sleep(-HOUR);
  assert.equal(age(), 2000);
});

test('a reading that never happened is not old', () => {
  assert.equal(age({ ...answer, read_at: null, age_ms: null }), 0);
});
