import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOff, delayAfter, MAX_TIMEOUT_MS } from '../src/panel/sources/policy.ts';
import { answerNamed, answerWith } from './support.ts';

const said = (next_read_in_ms: number) => answerWith(null, { next_read_in_ms });

test('it waits as long as the answer says, and a little more so that pages fall out of step', () => {
  assert.equal(delayAfter(said(60_000), 0), 60_000);
  assert.equal(delayAfter(said(60_000), 1), 63_000);
});

test('it never waits less than a second', () => {
  assert.equal(delayAfter(said(0), 0), 1000);
  assert.equal(delayAfter(said(-5), 0), 1000);
  assert.equal(delayAfter(said(Number.NaN), 0), 1000);
});

test('it never waits longer than setTimeout can', () => {
  assert.equal(delayAfter(said(90 * 86_400_000), 1), MAX_TIMEOUT_MS);
});

test('it asks soon after a countdown has come to its end', () => {
  const { countdowns } = answerNamed('near');
  assert.equal(delayAfter(answerWith(countdowns, { next_read_in_ms: 600_000 }), 0), 50_000);
});

test('a countdown that has ended already changes nothing', () => {
  const { countdowns } = answerNamed('due');
  assert.equal(delayAfter(answerWith(countdowns, { next_read_in_ms: 15_000 }), 0), 15_000);
});

test('failures are repeated later and later, up to five minutes', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map(failures => backOff(failures, 1)),
    [5000, 10_000, 20_000, 40_000],
  );
  assert.equal(backOff(50, 1), 300_000);
  assert.equal(backOff(2000, 1), 300_000);
});

test('half of the back-off is chance', () => {
  assert.equal(backOff(1, 0), 2500);
});
