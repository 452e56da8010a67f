import {
  type DataSource,
  type DataSourceState,
  type FailureKind,
  isNewer,
  isReading,
  now,
  receivedReading,
  speedOf,
  wasCached,
  Watchers,
} from './reading.ts';
import type { Reading } from './contract.ts';

const LEAST_MS = 1000;
const JITTER = 0.05;
/** After a countdown's end the endpoint needs a moment until it reports `Stopping`. */
const AFTER_ZERO_MS = 2000;
const BACK_OFF_FIRST_MS = 5000;
/** How long it is shown that a refresh brought nothing newer. */
const NOTHING_NEWER_MS = 5000;
/** Longer delays make `setTimeout` fire at once: it has 32 bits for them. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The nearest moment at which a running countdown ends, in milliseconds from the response. */
function nearestEnd(reading: Reading): number {
  const ends = reading.stops.map(({ remaining_ms: ms }) => ms);
  return Math.min(...ends.map(ms => (ms ? ms / speedOf(reading) + AFTER_ZERO_MS : Infinity)));
}

/**
 * How long to wait after a response, in milliseconds: as the reading has it, but not past the end of a
 * countdown, and a little more at random so that many windows do not send requests in step.
 */
export function delayAfter(reading: Reading, random: number): number {
  const wished = Math.max(LEAST_MS, reading.next_read_in_ms || 0);
  return Math.min(MAX_TIMEOUT_MS, Math.min(wished, nearestEnd(reading)) * (1 + JITTER * random));
}

/**
 * How long to wait after the n-th failure in a row (from 1), in milliseconds, at most `longest`; without
 * end where only a person can change the matter.
 */
export function backOff(
  failure: FailureKind,
  failures: number,
  random: number,
  longest: number,
): number {
  // A server without jupyter-dsw will not get it while it runs, nor the person a permission.
  if (failure === 'absent' || failure === 'not-permitted') return Infinity;
  const ceiling = Math.min(longest, BACK_OFF_FIRST_MS * 2 ** (failures - 1));
  return ceiling * (0.5 + random / 2);
}

/** What came of a request. */
export type Outcome = Reading | FailureKind;

/** An outcome on its way from one tab to the others. */
export interface TabMessage {
  readonly outcome: Outcome;
  /** `Date.now()` of the tab when it sent its request. */
  readonly sent: number;
  /** The same when it had the response: a frozen tab gets this message late. */
  readonly received: number;
}

/** The tabs of one browser that show the same server. */
export interface Tabs {
  /** Runs a task while no other tab runs one. */
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  send(message: TabMessage): void;
  onMessage(callback: (message: TabMessage) => void): void;
}

/** A browser page that shares with no other. */
const NO_TABS: Tabs = {
  exclusively: task => task(),
  send: () => undefined,
  onMessage: () => undefined,
};

export interface PollerOptions {
  /** Sends one request; resolves to the response or to why there is none. */
  readonly request: (fresh: boolean) => Promise<Outcome>;
  /** Why there is none where `request` rejects. */
  readonly onReject: FailureKind;
  /** How long to wait at most after failures, in milliseconds. */
  readonly longestBackOff: number;
  /** The tabs with which to share requests and responses. */
  readonly tabs?: Tabs;
  /** Whether nobody looks; a heartbeat after that sends what was due. */
  readonly standby?: () => boolean;
}

/**
 * Requests readings when something new is due, while anyone watches and nobody is in `standby`: one
 * request at a time, however many watch it. Watched again, it sends what was due meanwhile at once.
 */
export class Poller implements DataSource {
  constructor(options: PollerOptions) {
    this.#options = options;
    this.#tabs = options.tabs ?? NO_TABS;
    this.#tabs.onMessage(message => {
      this.#receive(message);
    });
  }

  /** What is known now. */
  get state(): DataSourceState {
    return this.#state;
  }

  /** Calls back on changes, and requests readings, until what is returned is called. */
  watch(changed: () => void): () => void {
    return this.#watchers.add(changed);
  }

  /** Requests a new reading now, for a person. */
  refresh(): void {
    this.#byPerson = true;
    this.#freshWanted = true;
    this.#schedule();
  }

  /**
   * Requests a new reading, and resolves with what is known then; `byPerson` as for `refresh`.
   * `inStandby`: although nobody looks. Then what another tab gets meanwhile will do.
   */
  read({ byPerson = false, inStandby = false } = {}): Promise<DataSourceState['reading']> {
    return new Promise(resolve => {
      this.#waiting.push(resolve);
      this.#byPerson ||= byPerson;
      this.#inStandby ||= inStandby;
      this.#freshWanted = true;
      this.#schedule();
    });
  }

  /** Sends what is due: while the machine slept, or nobody looked, the timer did not. */
  readonly heartbeat = (): void => {
    this.#schedule();
  };

  /** Something happened that makes a request worthwhile before it is due: the network is back. */
  readonly catchUp = (): void => {
    if (this.#dueAt !== Infinity) this.#dueAt = 0;
    this.#schedule();
  };

  /** Takes a response that nobody requested. */
  accept(reading: Reading): void {
    this.#accept(reading, now(), now());
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#busy || !(this.#watchers.any || this.#freshWanted)) return;
    const wait = this.#freshWanted ? 0 : this.#dueAt - now();
    // `setTimeout` takes no longer ones; after that it looks again.
    if (wait > 0) this.#timer = setTimeout(this.heartbeat, Math.min(wait, MAX_TIMEOUT_MS));
    else if (!this.#standsBy()) void this.#poll();
  }

  #standsBy(): boolean {
    return !this.#inStandby && (this.#options.standby?.() ?? false);
  }

  async #poll(): Promise<void> {
    this.#busy = true;
    const known = this.#outcomes;
    try {
      await this.#tabs.exclusively(async () => {
        // While it waited for its turn, another tab got a response, or nobody looks any more.
        const mustAsk = this.#freshWanted && (this.#byPerson || !this.#inStandby);
        const superseded = !mustAsk && this.#outcomes !== known;
        if (superseded) this.#freshWanted = this.#inStandby = false;
        else if (!this.#standsBy()) await this.#request();
      });
    } catch {
      // The browser refused the turn, as it does where the document is about to go.
      this.#freshWanted = this.#byPerson = this.#inStandby = false;
      this.#accept(this.#options.onReject, now(), now());
    }
    this.#busy = false;
    this.#schedule();
  }

  async #request(): Promise<void> {
    const [fresh, byPerson] = [this.#freshWanted, this.#byPerson];
    this.#freshWanted = this.#byPerson = this.#inStandby = false;
    this.#change({ requesting: true });
    const [sent, sentAt] = [now(), Date.now()];
    const outcome = await this.#options.request(fresh).catch(() => this.#options.onReject);
    this.#tabs.send({ outcome, sent: sentAt, received: Date.now() });
    this.#accept(outcome, sent, now(), byPerson);
  }

  /** Takes what another tab got. */
  #receive({ outcome, sent, received }: TabMessage): void {
    if (typeof outcome !== 'string' && !isReading(outcome)) return;
    const [clock, wall] = [now(), Date.now()];
    const ago = (moment: number) => clock - Math.max(0, wall - moment || 0);
    this.#accept(outcome, ago(sent), ago(received));
    this.#schedule();
  }

  /** `sent`, `received`: when the request and its response were, by `now()`. */
  #accept(outcome: Outcome, sent: number, received: number, byPerson = false): void {
    this.#outcomes++;
    const random = Math.random();
    if (this.#isLate(outcome, sent, received)) {
      this.#change({ requesting: false });
    } else if (typeof outcome === 'string') {
      const { longestBackOff } = this.#options;
      this.#sent = sent;
      this.#dueAt = received + backOff(outcome, ++this.#failures, random, longestBackOff);
      this.#change({ requesting: false, failure: outcome, nothingNewer: false });
    } else {
      this.#sent = sent;
      this.#failures = 0;
      this.#dueAt = received + delayAfter(outcome, random);
      const reading = receivedReading(outcome, sent, received);
      const nothingNewer = byPerson && !outcome.error && wasCached(outcome, sent, received);
      this.#change({ requesting: false, failure: null, reading, nothingNewer });
      if (nothingNewer) this.#forgetSoon();
    }
    for (const resolve of this.#waiting.splice(0)) resolve(this.#state.reading);
  }

  #forgetSoon(): void {
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => {
      this.#change({ nothingNewer: false });
    }, NOTHING_NEWER_MS);
  }

  /** Whether what came was requested earlier than what is known, and has nothing newer. */
  #isLate(outcome: Outcome, sent: number, received: number): boolean {
    if (sent >= this.#sent) return false;
    const { reading } = this.#state;
    return (
      typeof outcome === 'string' ||
      (reading !== null && !isNewer(receivedReading(outcome, sent, received), reading))
    );
  }

  #change(part: Partial<DataSourceState>): void {
    this.#state = { ...this.#state, ...part };
    this.#watchers.notify();
  }

  readonly #options: PollerOptions;
  readonly #tabs: Tabs;
  readonly #watchers = new Watchers(() => {
    this.#schedule();
  });
  readonly #waiting: ((reading: DataSourceState['reading']) => void)[] = [];
  #state: DataSourceState = {
    reading: null,
    failure: null,
    requesting: false,
    nothingNewer: false,
  };
  /** When the next request is due, by `now()`. */
  #dueAt = 0;
  /** When the request was sent whose outcome is known, by `now()`. */
  #sent = -Infinity;
  /** How many outcomes came so far, of this tab or another one. */
  #outcomes = 0;
  #failures = 0;
  #forgetting: ReturnType<typeof setTimeout> | undefined;
  #freshWanted = false;
  /** Whether a person wants it, and is to see where there is nothing newer. */
  #byPerson = false;
  /** Whether it is wanted although nobody looks. */
  #inStandby = false;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
}
