import type { Reading } from './contract.ts';

/** A reading, and when its ages and remainders were true. */
export interface DatedReading extends Reading {
  /** By `now()`. */
  readonly at: number;
  /** Of one that was saved in a notebook: how many items of a list are not there, by its wire name. */
  readonly left_out?: Readonly<Record<string, number>>;
}

/** By how much two responses may date the same reading apart, in milliseconds. */
const DATING_MS = 1000;
/** How long a response is on its way at most, unless something is wrong, in milliseconds. */
const TRANSIT_MS = 100;

/**
 * Whether a body is a reading of the REST contract, whatever its HTTP status; a proxy's error page is
 * not. The contract ships with the server extension.
 */
export function isReading(body: unknown): body is Reading {
  return Boolean((body as Reading | null)?.source) && 'next_read_in_ms' in (body as Reading);
}

/** How many times as fast as real time an instance runs; 1 unless it is simulated at a speed. */
export function speedOf(reading: Reading | null | undefined): number {
  const speed = reading?.source.speed;
  return speed !== undefined && speed > 0 ? speed : 1;
}

/** The age that a reading had when the server sent it, in milliseconds of real time. */
function ageSent(reading: Reading): number {
  return (reading.age_ms ?? 0) / speedOf(reading);
}

/** Whether the instance was read before it was requested; moments of `now()`. */
export function wasCached(reading: Reading, sent: number, received: number): boolean {
  return ageSent(reading) > received - sent + TRANSIT_MS;
}

/**
 * Date a response by when its request was sent, so that a slow one makes no stop look later than it is.
 * What was read during the request is as old as the request at most.
 */
export function receivedReading(reading: Reading, sent: number, received: number): DatedReading {
  const during = wasCached(reading, sent, received)
    ? 0
    : Math.min(ageSent(reading), received - sent);
  return { ...reading, at: sent + during };
}

/**
 * Date a reading that was stored since it was taken: in a trait a while ago, or in a notebook last
 * week. Its age is then at least what the wall clock shows.
 */
export function storedReading(reading: Reading): DatedReading {
  const sinceReading = Date.now() - Date.parse(reading.read_at ?? '');
  const unaccounted = Math.max(0, sinceReading - (reading.age_ms ?? 0) || 0);
  return { ...reading, at: now() - unaccounted };
}

/** Milliseconds since the moment of a reading, by the instance's own time. */
export function elapsedSince(reading: DatedReading): number {
  return (now() - reading.at) * speedOf(reading);
}

/** Whether the instance was read later for this one than for the other. */
export function isNewer(reading: DatedReading, other: DatedReading): boolean {
  return reading.at - ageSent(reading) - (other.at - ageSent(other)) > DATING_MS;
}

/**
 * Why there is no response. `signed-out`: the server does not know the person any more.
 * `not-permitted`: it does, and the person may not read the instance. `server-gone`: it does not
 * respond, or something else responds in its place. `absent`: it has no jupyter-dsw. `kernel`: the
 * kernel does not respond.
 */
export type FailureKind = 'signed-out' | 'not-permitted' | 'server-gone' | 'absent' | 'kernel';

/** What a source knows now. */
export interface DataSourceState {
  readonly reading: DatedReading | null;
  /** Null once there is a response again; the last reading stays meanwhile. */
  readonly failure: FailureKind | null;
  /** Whether a request is on its way. */
  readonly requesting: boolean;
  /** Whether the last refresh brought nothing new: the server calls the endpoint at most every 5 s. */
  readonly nothingNewer?: boolean;
}

/** Where panels get readings from. Panels of different versions may share one, so it is small. */
export interface DataSource {
  readonly state: DataSourceState;
  /** Calls back on changes, and requests readings, until what is returned is called. */
  watch(changed: () => void): () => void;
  /** Requests a new reading now, for a person. */
  refresh(): void;
  /** Called by whoever ticks: notices that the machine slept, and requests what is due now. */
  heartbeat(): void;
}

/** Those who watch a source. */
export class Watchers {
  /** `onNumber` is called when there is one more or less. */
  constructor(onNumber: () => void) {
    this.#onNumber = onNumber;
  }

  /** Whether anyone watches. */
  get any(): boolean {
    return this.#callbacks.size > 0;
  }

  /** Calls back on changes until what is returned is called. */
  add(changed: () => void): () => void {
    this.#callbacks.add(changed);
    this.#onNumber();
    return () => {
      this.#callbacks.delete(changed);
      this.#onNumber();
    };
  }

  /** Reports a change to all of them. */
  notify(): void {
    for (const changed of [...this.#callbacks]) {
      try {
        changed();
      } catch (error) {
        // One that cannot show it does not stop the others.
        console.error('jupyter-dsw', error);
      }
    }
  }

  readonly #callbacks = new Set<() => void>();
  readonly #onNumber: () => void;
}

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
