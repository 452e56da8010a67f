import { FIXTURES } from '../gallery/fixtures.ts';
import { now } from '../src/panel/reading.ts';
import type { Reading } from '../src/panel/contract.ts';
import type { ViewModel } from '../src/panel/viewmodel.ts';

interface Timer {
  readonly due: number;
  readonly call: () => void;
}

/** A clock that stands still until a test moves it; stands in for the browser's. */
export class FakeClock {
  #now = 1000;
  #wall = Date.parse('2026-11-23T13:00:00Z');
  #timers: Timer[] = [];

  /** Replaces the browser's clocks and timers. */
  install(): void {
    performance.now = () => this.#now;
    Date.now = () => this.#wall;
    // The clock that counts sleep: begun anew, for the time of this one is another.
    Reflect.deleteProperty(globalThis, Symbol.for('jupyter-dsw:clock'));
    now();
    Object.assign(globalThis, {
      setTimeout: (call: () => void, ms: number) => {
        // As browsers do: longer delays than 32 bits are none.
        const timer = { due: this.#now + (ms > 2 ** 31 - 1 ? 0 : ms), call };
        this.#timers.push(timer);
        return timer;
      },
      clearTimeout: (timer: Timer | undefined) => {
        this.#timers = this.#timers.filter(one => one !== timer);
      },
    });
  }

  /** How far away the next timer is, in milliseconds; null if there is none. */
  get next(): number | null {
    const due = Math.min(...this.#timers.map(timer => timer.due));
    return Number.isFinite(due) ? due - this.#now : null;
  }

  /** Moves on, calling what falls due, and lets promises settle. */
  async pass(ms: number): Promise<void> {
    await settle();
    const end = this.#now + ms;
    for (let timer = this.#first(end); timer; timer = this.#first(end)) {
      const { due, call } = timer;
      this.#timers = this.#timers.filter(one => one !== timer);
      this.#advance(due - this.#now);
      call();
      await settle();
    }
    this.#advance(end - this.#now);
    await settle();
  }

  /** The machine sleeps: only the wall clock goes on. */
  sleep(ms: number): void {
    this.#wall += ms;
  }

  #first(end: number): Timer | undefined {
    return this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }

  #advance(ms: number): void {
    this.#now += ms;
    this.#wall += ms;
  }
}

/** Lets promises that are settled already call their continuations. */
export function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** The gallery's reading of that name. */
export function readingNamed(name: string): Reading {
  const reading = FIXTURES[name]?.reading;
  if (!reading) throw new Error(`no reading named ${name}`);
  return reading;
}

/** A reading without a stop. */
export function readingWith(change: Partial<Reading> = {}): Reading {
  return { ...readingNamed('no timers'), ...change };
}

/** What there is to show of a reading, `elapsed` milliseconds after it. */
export function viewModelOf(
  reading: Reading | null,
  elapsed = 0,
  change: Partial<ViewModel> = {},
): ViewModel {
  return {
    named: [],
    known: reading?.instance ? { ...reading, at: now() } : null,
    elapsed,
    saved: null,
    problem: reading?.error ?? null,
    failure: null,
    source: reading?.source ?? null,
    requesting: false,
    nothingNewer: false,
    opened: new Set(),
    usage: null,
    pointed: null,
    ...change,
  };
}
