import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  elapsedSince,
  newClock,
  now,
  type ReadClock,
  storedReading,
} from '../../src/panel/reading.ts';
import { FakeClock, readingWith } from '../support.ts';

const HOUR = 3_600_000;
const reading = readingWith({ read_at: '2026-11-23T13:00:00Z', age_ms: 2000 });

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

let time: { monotonic: number; wall: number };
let read: ReadClock;

beforeEach(() => {
  time = { monotonic: 500, wall: Date.parse('2026-11-23T13:00:00Z') };
  read = newClock(
    () => time.monotonic,
    () => time.wall,
  );
});

/** Lets time pass; while the machine sleeps only the wall clock goes on. */
function pass(ms: number, asleep = false): void {
  if (!asleep) time.monotonic += ms;
  time.wall += ms;
}

test('the clock goes on as the monotonic clock does', () => {
  const start = read();
  pass(1500);
  assert.equal(read() - start, 1500);
});

test('a sleep counts once', () => {
  const start = read();
  pass(8 * HOUR, true);
  assert.equal(read() - start, 8 * HOUR);
  pass(1000);
  assert.equal(read() - start, 8 * HOUR + 1000);
});

test('a sleep that the monotonic clock counts is not counted twice', () => {
  const start = read();
  pass(8 * HOUR);
  assert.equal(read() - start, 8 * HOUR);
});

test('several short sleeps add up', () => {
  const start = read();
  for (let nap = 0; nap < 10; nap += 1) {
    pass(2000, true);
    pass(1000);
    read();
  }
  assert.equal(read() - start, 30_000);
});

test('the clock never goes back where the wall clock is set back', () => {
  const start = read();
  time.wall -= 5 * HOUR;
  assert.equal(read(), start);
  pass(1000);
  assert.equal(read() - start, 1000);
});

test('a sleep after the wall clock was set back counts in full', () => {
  time.wall -= 5 * HOUR;
  const start = read();
  pass(HOUR, true);
  assert.equal(read() - start, HOUR);
});

test('small corrections of the wall clock change nothing, however many there are', () => {
  const start = read();
  for (let second = 0; second < 1000; second += 1) {
    pass(1000);
    time.wall += second % 2 ? -400 : 400;
    read();
  }
  assert.equal(read() - start, 1_000_000);
});
