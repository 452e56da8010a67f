/** Reads a clock, in milliseconds. */
export type ReadClock = () => number;

/**
 * A smaller difference between the two clocks is drift, or a correction by NTP. It is below what a
 * countdown in whole seconds shows.
 */
const SLEEP_MS = 1000;

/**
 * Make a monotonic clock that counts sleep.
 *
 * `performance.now()` stands still while the machine sleeps (Chromium on Linux and macOS; on Windows
 * it goes on), `Date.now()` does not. So where the wall clock went on by more, that was sleep. A wall
 * clock that was set forward looks the same: what is known then seems older than it is until the next
 * response, and a stop nearer, never later. One that was set back changes nothing.
 */
export function newClock(monotonic: ReadClock, wall: ReadClock): ReadClock {
  let last = { monotonic: monotonic(), wall: wall() };
  let slept = 0;
  return () => {
    const current = { monotonic: monotonic(), wall: wall() };
    const missed = current.wall - last.wall - (current.monotonic - last.monotonic);
    if (missed > SLEEP_MS) slept += missed;
    last = current;
    return current.monotonic + slept;
  };
}

/** Each cell has a copy of this module, and they compare each other's moments: one clock for all. */
const CLOCK = Symbol.for('jupyter-dsw:clock');

const shared = globalThis as unknown as { [CLOCK]?: ReadClock | undefined };

/** Milliseconds of a clock that goes on while the machine sleeps; only differences have a meaning. */
export function now(): number {
  shared[CLOCK] ??= newClock(
    () => performance.now(),
    () => Date.now(),
  );
  return shared[CLOCK]();
}
