import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOff, delayAfter, MAX_TIMEOUT_MS } from '../../src/panel/poller.ts';
import { readingNamed, readingWith } from '../support.ts';

const due = (next_read_in_ms: number) => readingWith(null, { next_read_in_ms });

test('it waits as long as the reading has it, and a little more so that windows fall out of step', () => {
  assert.equal(delayAfter(due(60_000), 0), 60_000);
  assert.equal(delayAfter(due(60_000), 1), 63_000);
});

test('it never waits less than a second', () => {
  assert.equal(delayAfter(due(0), 0), 1000);
  assert.equal(delayAfter(due(-5), 0), 1000);
  assert.equal(delayAfter(due(Number.NaN), 0), 1000);
});

test('it never waits longer than setTimeout can', () => {
  assert.equal(delayAfter(due(90 * 86_400_000), 1), MAX_TIMEOUT_MS);
});

test('it sends a request soon after a countdown has come to its end', () => {
  const { countdowns } = readingNamed('near');
  assert.equal(delayAfter(readingWith(countdowns, { next_read_in_ms: 600_000 }), 0), 50_000);
});

test('a countdown that has ended already changes nothing', () => {
  const { countdowns } = readingNamed('due');
  assert.equal(delayAfter(readingWith(countdowns, { next_read_in_ms: 15_000 }), 0), 15_000);
});

const LONGEST = 300_000;
const after = (failures: number) => backOff('server-gone', failures, 1, LONGEST);

test('failures are repeated later and later, up to five minutes', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map(failures => after(failures)),
    [5000, 10_000, 20_000, 40_000],
  );
  assert.equal(after(50), 300_000);
  assert.equal(after(2000), 300_000);
});

test('half of the back-off is chance', () => {
  assert.equal(backOff('server-gone', 1, 0, LONGEST), 2500);
});

test('what only a person can change is not requested again', () => {
  for (const failure of ['absent', 'not-permitted'] as const) {
    assert.equal(backOff(failure, 1, 1, LONGEST), Infinity);
  }
});

test('at a speed it sends a request that much sooner after a countdown’s end', () => {
  const { countdowns, source } = readingNamed('near');
  const fast = readingWith(countdowns, {
    next_read_in_ms: 600_000,
    source: { ...source, speed: 60 },
  });
  assert.equal(delayAfter(fast, 0), 48_000 / 60 + 2000);
});
