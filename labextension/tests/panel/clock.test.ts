import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { newClock, type ReadClock } from '../../src/panel/clock.ts';

const HOUR = 3_600_000;

let time: { monotonic: number; wall: number };
let now: ReadClock;

beforeEach(() => {
  time = { monotonic: 500, wall: Date.parse('2026-11-23T13:00:00Z') };
  now = newClock(
    () => time.monotonic,
    () => time.wall,
  );
});

/** Lets time pass; while the machine sleeps only the wall clock goes on. */
function pass(ms: number, asleep = false): void {
  if (!asleep) time.monotonic += ms;
  time.wall += ms;
}

test('it goes on as the monotonic clock does', () => {
  const start = now();
  pass(1500);
  assert.equal(now() - start, 1500);
});

test('a sleep counts once', () => {
  const start = now();
  pass(8 * HOUR, true);
  assert.equal(now() - start, 8 * HOUR);
  pass(1000);
  assert.equal(now() - start, 8 * HOUR + 1000);
});

test('a sleep that the monotonic clock counts is not counted twice', () => {
  const start = now();
  pass(8 * HOUR);
  assert.equal(now() - start, 8 * HOUR);
});

test('several short sleeps add up', () => {
  const start = now();
  for (let nap = 0; nap < 10; nap += 1) {
    pass(2000, true);
    pass(1000);
    now();
  }
  assert.equal(now() - start, 30_000);
});

test('it never goes back where the wall clock is set back', () => {
  const start = now();
  time.wall -= 5 * HOUR;
  assert.equal(now(), start);
  pass(1000);
  assert.equal(now() - start, 1000);
});

test('a sleep after the wall clock was set back counts in full', () => {
  time.wall -= 5 * HOUR;
  const start = now();
  pass(HOUR, true);
  assert.equal(now() - start, HOUR);
});

test('small corrections of the wall clock change nothing, however many there are', () => {
  const start = now();
  for (let second = 0; second < 1000; second += 1) {
    pass(1000);
    time.wall += second % 2 ? -400 : 400;
    now();
  }
  assert.equal(now() - start, 1_000_000);
});
