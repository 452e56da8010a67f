import { type IPoll, Poll } from '@lumino/polling';
import { now } from './panel/clock.ts';
import type { Reading } from './panel/reading.ts';
import { isAnswer, type Answer } from './panel/rest.ts';
import type { SourceState } from './panel/source.ts';
import { delayAfter } from './panel/sources/policy.ts';
import type { Outcome, Tabs, Told } from './tabs.ts';
import type { IInstanceStore } from './tokens.ts';

const BACK_OFF_FIRST_MS = 5000;
/** The way to the server is short: a minute at most until it is found to be back. */
const BACK_OFF_MOST_MS = 60_000;

export interface StoreOptions {
  /** Asks the server once; rejects where it cannot be reached. */
  readonly ask: (fresh: boolean) => Promise<Outcome>;
  readonly tabs: Tabs;
  /** Whether nobody looks, or JupyterLab itself has given the server up. */
  readonly standby: () => boolean;
}

function isGood(outcome: Outcome | null): outcome is Answer {
  return outcome !== null && typeof outcome !== 'string' && !outcome.error;
}

/**
 * The one asker of a window. It asks when the last answer says that something new is due; what one
 * tab of the browser was told, all of them know. Failures back off, as Lumino's polls do.
 */
export class InstanceStore implements IInstanceStore {
  constructor(options: StoreOptions) {
    this._options = options;
    this._poll = new Poll<Outcome, unknown>({
      auto: false,
      factory: () => this._turn(),
      frequency: { interval: BACK_OFF_FIRST_MS, backoff: true, max: BACK_OFF_MOST_MS },
      // Not `when-hidden`, which lets one request through after the tab was hidden.
      standby: options.standby,
      name: 'jupyter-dsw:instance',
    });
    options.tabs.hear(told => {
      this._hear(told);
    });
  }

  /** What is known now. */
  get state(): SourceState {
    return this._state;
  }

  /** Begins to ask. */
  start(): void {
    void this._poll.start();
  }

  /** Calls back on changes, until what is returned is called. */
  watch(changed: () => void): () => void {
    this._watchers.add(changed);
    return () => {
      this._watchers.delete(changed);
    };
  }

  /** A person's wish for a new reading, now. */
  refresh(): void {
    this._freshWanted = true;
    // Not the poll's `refresh`, which does nothing while the answer to another one is on its way.
    void this._poll.schedule({ phase: 'refreshed', interval: Poll.IMMEDIATE });
  }

  /** Asks for a new reading, and resolves with what is known then. */
  read(): Promise<Reading | null> {
    return new Promise(resolve => {
      this._waiting.push(resolve);
      this.refresh();
    });
  }

  /** Asks if that is due, or `always`; the page came into view, or the network is back. */
  catchUp(always = false): void {
    if (always || now() >= this._dueAt) void this._poll.refresh();
  }

  /** Asks if that is due: while the machine slept, timers stood still. */
  heartbeat(): void {
    this.catchUp();
  }

  /** One tick of the poll: rejects where no good answer came, so that the next is farther away. */
  private async _turn(): Promise<Outcome> {
    const { ask, standby, tabs } = this._options;
    const known = this._outcomes;
    const outcome = await tabs.alone(async () => {
      const fresh = this._freshWanted;
      // While it waited for its turn, another tab or turn asked, or nobody looks any more.
      if (standby() || (!fresh && this._outcomes !== known)) return this._outcome;
      this._freshWanted = false;
      this._change({ asking: true });
      const asked = await ask(fresh).catch(() => 'offline' as const);
      tabs.tell({ outcome: asked, at: Date.now() });
      this._accept(asked, 0);
      return asked;
    });
    if (!isGood(outcome)) throw new Error('jupyter-dsw: no good answer');
    return outcome;
  }

  /** Takes what another tab was told. */
  private _hear({ outcome, at }: Told): void {
    if (typeof outcome !== 'string' && !isAnswer(outcome)) return;
    this._accept(outcome, Math.max(0, Date.now() - at));
    // A person's wish that is about to be asked for stays the next thing to do.
    if (this._freshWanted) return;
    void this._poll.schedule({
      phase: isGood(outcome) ? 'resolved' : 'rejected',
      interval: Math.max(0, this._dueAt - now()),
    });
  }

  private _accept(outcome: Outcome, late: number): void {
    this._outcome = outcome;
    this._outcomes++;
    this._poll.frequency = this._frequencyAfter(outcome);
    this._dueAt = now() + this._poll.frequency.interval - late;
    const known =
      typeof outcome === 'string'
        ? { trouble: outcome }
        : { trouble: null, reading: { answer: outcome, at: now() - late } };
    this._change({ asking: false, ...known });
    for (const resolve of this._waiting.splice(0)) resolve(this._state.reading);
  }

  private _frequencyAfter(outcome: Outcome): IPoll.Frequency {
    if (typeof outcome !== 'string') {
      this._failures = 0;
      const interval = delayAfter(outcome, Math.random());
      // An answer that carries an error backs off by itself: it says when to ask again.
      return { backoff: true, interval, max: interval };
    }
    // A server without jupyter-dsw will not get it while it runs.
    if (outcome === 'absent') return { backoff: true, interval: Poll.NEVER, max: Poll.NEVER };
    const max = Math.min(BACK_OFF_MOST_MS, BACK_OFF_FIRST_MS * 2 ** this._failures++);
    return { backoff: true, interval: max / 2, max };
  }

  private _change(part: Partial<SourceState>): void {
    this._state = { ...this._state, ...part };
    for (const changed of [...this._watchers]) changed();
  }

  private readonly _options: StoreOptions;
  private readonly _poll: Poll<Outcome, unknown>;
  private readonly _watchers = new Set<() => void>();
  private readonly _waiting: ((reading: Reading | null) => void)[] = [];
  private _state: SourceState = { reading: null, trouble: null, asking: false };
  private _outcome: Outcome | null = null;
  private _freshWanted = false;
  /** How many came so far, by this tab or another one. */
  private _outcomes = 0;
  private _failures = 0;
  private _dueAt = 0;
}
