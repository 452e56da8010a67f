import { now } from './reading.ts';
import type { Reading } from './contract.ts';
import {
  type DataSource,
  type DataSourceState,
  type FailureKind,
  isNewer,
  isReading,
  receivedReading,
  speedOf,
  wasCached,
} from './reading.ts';

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
  const { idle, scheduled } = reading.countdowns ?? {};
  const ends = [idle?.remaining_ms, scheduled?.remaining_ms];
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
    this._options = options;
    this._tabs = options.tabs ?? NO_TABS;
    this._tabs.onMessage(message => {
      this._receive(message);
    });
  }

  /** What is known now. */
  get state(): DataSourceState {
    return this._state;
  }

  /** Calls back on changes, and requests readings, until what is returned is called. */
  watch(changed: () => void): () => void {
    this._watchers.add(changed);
    this._schedule();
    return () => {
      this._watchers.delete(changed);
      this._schedule();
    };
  }

  /** Requests a new reading now, for a person. */
  refresh(): void {
    this._byPerson = true;
    this._freshWanted = true;
    this._schedule();
  }

  /** Requests a new reading, and resolves with what is known then; `byPerson` as for `refresh`. */
  read({ byPerson = false } = {}): Promise<DataSourceState['reading']> {
    return new Promise(resolve => {
      this._waiting.push(resolve);
      this._byPerson ||= byPerson;
      this._freshWanted = true;
      this._schedule();
    });
  }

  /** Sends what is due: while the machine slept, or nobody looked, the timer did not. */
  readonly heartbeat = (): void => {
    this._schedule();
  };

  /** Something happened that makes a request worthwhile before it is due: the network is back. */
  readonly catchUp = (): void => {
    if (this._dueAt !== Infinity) this._dueAt = 0;
    this._schedule();
  };

  /** Takes a response that nobody requested. */
  accept(reading: Reading): void {
    this._accept(reading, now(), now());
    this._schedule();
  }

  private _schedule(): void {
    clearTimeout(this._timer);
    if (this._busy || !(this._watchers.size || this._freshWanted)) return;
    const wait = this._freshWanted ? 0 : this._dueAt - now();
    // `setTimeout` takes no longer ones; after that it looks again.
    if (wait > 0) this._timer = setTimeout(this.heartbeat, Math.min(wait, MAX_TIMEOUT_MS));
    else if (!this._standsBy()) void this._poll();
  }

  private _standsBy(): boolean {
    return this._options.standby?.() ?? false;
  }

  private async _poll(): Promise<void> {
    this._busy = true;
    const known = this._outcomes;
    try {
      await this._tabs.exclusively(async () => {
        // While it waited for its turn, another tab got a response, or nobody looks any more.
        const superseded = !this._freshWanted && this._outcomes !== known;
        if (!superseded && !this._standsBy()) await this._request();
      });
    } catch {
      // The browser refused the turn, as it does where the document is about to go.
      this._accept(this._options.onReject, now(), now());
    }
    this._busy = false;
    this._schedule();
  }

  private async _request(): Promise<void> {
    const [fresh, byPerson] = [this._freshWanted, this._byPerson];
    this._freshWanted = this._byPerson = false;
    this._change({ requesting: true });
    const [sent, sentAt] = [now(), Date.now()];
    const outcome = await this._options.request(fresh).catch(() => this._options.onReject);
    this._tabs.send({ outcome, sent: sentAt, received: Date.now() });
    this._accept(outcome, sent, now(), byPerson);
  }

  /** Takes what another tab got. */
  private _receive({ outcome, sent, received }: TabMessage): void {
    if (typeof outcome !== 'string' && !isReading(outcome)) return;
    const [clock, wall] = [now(), Date.now()];
    const ago = (moment: number) => clock - Math.max(0, wall - moment || 0);
    this._accept(outcome, ago(sent), ago(received));
    this._schedule();
  }

  /** `sent`, `received`: when the request and its response were, by `now()`. */
  private _accept(outcome: Outcome, sent: number, received: number, byPerson = false): void {
    this._outcomes++;
    const random = Math.random();
    if (this._isLate(outcome, sent, received)) {
      this._change({ requesting: false });
    } else if (typeof outcome === 'string') {
      const { longestBackOff } = this._options;
      this._sent = sent;
      this._dueAt = received + backOff(outcome, ++this._failures, random, longestBackOff);
      this._change({ requesting: false, failure: outcome, nothingNewer: false });
    } else {
      this._sent = sent;
      this._failures = 0;
      this._dueAt = received + delayAfter(outcome, random);
      const reading = receivedReading(outcome, sent, received);
      const nothingNewer = byPerson && !outcome.error && wasCached(outcome, sent, received);
      this._change({ requesting: false, failure: null, reading, nothingNewer });
      if (nothingNewer) this._forgetSoon();
    }
    for (const resolve of this._waiting.splice(0)) resolve(this._state.reading);
  }

  private _forgetSoon(): void {
    clearTimeout(this._forgetting);
    this._forgetting = setTimeout(() => {
      this._change({ nothingNewer: false });
    }, NOTHING_NEWER_MS);
  }

  /** Whether what came was requested earlier than what is known, and has nothing newer. */
  private _isLate(outcome: Outcome, sent: number, received: number): boolean {
    if (sent >= this._sent) return false;
    const { reading } = this._state;
    return (
      typeof outcome === 'string' ||
      (reading !== null && !isNewer(receivedReading(outcome, sent, received), reading))
    );
  }

  private _change(part: Partial<DataSourceState>): void {
    this._state = { ...this._state, ...part };
    for (const changed of [...this._watchers]) {
      try {
        changed();
      } catch (error) {
        // One that cannot show it does not stop the others.
        console.error('jupyter-dsw', error);
      }
    }
  }

  private readonly _options: PollerOptions;
  private readonly _tabs: Tabs;
  private readonly _watchers = new Set<() => void>();
  private readonly _waiting: ((reading: DataSourceState['reading']) => void)[] = [];
  private _state: DataSourceState = {
    reading: null,
    failure: null,
    requesting: false,
    nothingNewer: false,
  };
  /** When the next request is due, by `now()`. */
  private _dueAt = 0;
  /** When the request was sent whose outcome is known, by `now()`. */
  private _sent = -Infinity;
  /** How many outcomes came so far, of this tab or another one. */
  private _outcomes = 0;
  private _failures = 0;
  private _forgetting: ReturnType<typeof setTimeout> | undefined;
  private _freshWanted = false;
  /** Whether a person wants it, and is to see where there is nothing newer. */
  private _byPerson = false;
  private _busy = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
