import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishThresholds, urgencyOf } from '../../src/panel/urgency.ts';

const MINUTE = 60_000;

test('a stop is near within the largest threshold, and urgent within the dialog', () => {
  assert.equal(urgencyOf(30 * MINUTE + 1), 'none');
  assert.equal(urgencyOf(30 * MINUTE), 'near');
  assert.equal(urgencyOf(2 * MINUTE + 1), 'near');
  assert.equal(urgencyOf(2 * MINUTE), 'urgent');
  assert.equal(urgencyOf(0), 'urgent');
  assert.equal(urgencyOf(null), 'none');
});

test('thresholds at or above the idle limit do not apply to an idle stop', () => {
  assert.equal(urgencyOf(29 * MINUTE, 30), 'none');
  assert.equal(urgencyOf(10 * MINUTE, 30), 'near');
  assert.equal(urgencyOf(9 * MINUTE, 10), 'none');
  assert.equal(urgencyOf(2 * MINUTE, 10), 'urgent');
});

test('the thresholds are the person’s own where they are published', t => {
  t.after(() => {
    publishThresholds({ toastMinutes: [30, 10], dialogMinutes: 2 });
  });
  publishThresholds({ toastMinutes: [60], dialogMinutes: 0 });
  assert.equal(urgencyOf(50 * MINUTE), 'near');
  assert.equal(urgencyOf(MINUTE), 'near');
  publishThresholds({ toastMinutes: [], dialogMinutes: 0 });
  assert.equal(urgencyOf(MINUTE), 'none');
});
