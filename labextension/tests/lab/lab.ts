import type { TranslationBundle } from '@jupyterlab/translation';
import { beforeEach } from 'node:test';
import { DEFAULTS, type Preferences } from '../../src/lab/tokens.ts';
import { ShownLog } from '../../src/lab/shownlog.ts';
import {
  Poller,
  type PollerOptions,
  type Reading,
  type Stop as ReportedStop,
  type TabMessage,
  type Tabs,
} from '../../src/panel/index.ts';
import { FakeClock, readingNamed } from '../support.ts';
import type { CommandRegistry } from '@lumino/commands';
import { StopActions } from '../../src/lab/stopactions.ts';
import { type PresentedWarning, StopWarner } from '../../src/lab/stopwarner.ts';
import type { Stop } from '../../src/lab/stops.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A browser whose tabs take turns and receive messages of each other. */
export class FakeBrowser {
  #turn: Promise<unknown> = Promise.resolve();
  readonly #listeners: ((message: TabMessage) => void)[] = [];
  /** Its storage. */
  readonly storage = new Map<string, string>();
  /** Whether its storage takes nothing any more. */
  full = false;
  /** Whether its storage is refused altogether, as with blocked cookies. */
  refused = false;

  /** Runs one task at a time. */
  readonly exclusively = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = this.#turn.then(task, task);
    this.#turn = turn.catch(() => undefined);
    return turn;
  };

  /** Another tab of it. */
  tab(): Tabs {
    let own: (message: TabMessage) => void = () => undefined;
    return {
      exclusively: this.exclusively,
      send: message => {
        for (const listener of this.#listeners)
          if (listener !== own) listener(structuredClone(message));
      },
      onMessage: callback => {
        own = callback;
        this.#listeners.push(callback);
      },
    };
  }

  /** What its tabs remember together. */
  shownLog(): ShownLog {
    const storage = {
      getItem: (name: string) => this.storage.get(name) ?? null,
      setItem: (name: string, text: string) => {
        if (this.full) throw new Error('quota exceeded');
        this.storage.set(name, text);
      },
    };
    const open = () => {
      if (this.refused) throw new Error('access is denied');
      return storage;
    };
    return new ShownLog(open, 'shown', this.exclusively);
  }
}

/** Those of the instance's own culler. */
export const RULE = {
  max_idle_minutes: 60,
  cpu_percent: 20,
  gpu_percent: null,
  expression: null,
} as const;

/** A stop as a reading has it. */
export function stopWith(change: Partial<ReportedStop> = {}): ReportedStop {
  const isIdle = change.kind !== 'scheduled';
  return {
    kind: 'idle',
    decided_by: 'instance',
    state: 'counting',
    remaining_ms: null,
    at: null,
    idle_minutes: null,
    rule: isIdle ? RULE : { ...RULE, max_idle_minutes: null, cpu_percent: null },
    can_skip: false,
    delayed: false,
    ...change,
  };
}

/** An endpoint whose instance is stopped at a moment of the (fake) wall clock. */
export class FakeServer {
  requests = 0;
  freshRequests = 0;
  down = false;
  /** When the scheduled stop is due. */
  due: number | null = null;
  /** For how many minutes the instance has been idle, of how many; null: it is in use. */
  idle: { readonly minutes: number; readonly limit: number } | null = null;
  /** The idle minutes until it is stopped, while it is in use; null: it has no idle stop then. */
  limit: number | null = 60;
  /** Who decides the idle stop. */
  decidedBy: ReportedStop['decided_by'] = 'instance';
  change: Partial<Reading> = {};

  readonly request = (fresh: boolean): Promise<Reading> => {
    this.requests++;
    if (fresh) this.freshRequests++;
    return this.down ? Promise.reject(new Error('no server')) : Promise.resolve(this.reading());
  };

  /** The reading of this moment. */
  reading(): Reading {
    const base = readingNamed('idle');
    const untilIdle = this.idle && (this.idle.limit - this.idle.minutes) * MINUTE;
    const untilDue = this.due === null ? null : Math.max(0, this.due - Date.now());
    const idle = stopWith({
      ...(untilIdle === null ? { state: 'armed' } : { remaining_ms: untilIdle }),
      at: null,
      idle_minutes: this.idle?.minutes ?? 0,
      rule: { ...RULE, max_idle_minutes: this.idle?.limit ?? this.limit },
      decided_by: this.decidedBy,
    });
    const scheduled = stopWith({
      kind: 'scheduled',
      remaining_ms: untilDue,
      at: this.due === null ? null : new Date(this.due).toISOString(),
    });
    const counting = untilDue === null ? [] : [scheduled];
    const isIdleFirst = untilIdle !== null && untilIdle < (untilDue ?? Infinity);
    return {
      ...base,
      read_at: new Date(Date.now()).toISOString(),
      age_ms: 0,
      next_read_in_ms: MINUTE,
      stops: isIdleFirst
        ? [idle, ...counting]
        : [...counting, ...(this.idle || this.limit ? [idle] : [])],
      ...this.change,
    };
  }

  /** The stops of this moment, nearest first. */
  /** Plans the stop, minutes from now. */
  stopIn(minutes: number): void {
    this.due = Date.now() + minutes * MINUTE;
  }
}

/** What a test has: a clock, a server, and a browser whose tabs send it requests. */
export interface Lab {
  clock: FakeClock;
  server: FakeServer;
  browser: FakeBrowser;
}

/** A new one before each test of a file. */
export function newLab(): Lab {
  const lab: Partial<Lab> = {};
  beforeEach(() => {
    const clock = new FakeClock();
    clock.install();
    Object.assign(lab, { clock, server: new FakeServer(), browser: new FakeBrowser() });
  });
  return lab as Lab;
}

/** The store of another tab, watched by somebody; `standby`: whether it is hidden. */
export function newStore(
  { server, browser }: Lab,
  standby: () => boolean = () => false,
  request: PollerOptions['request'] = server.request,
): Poller {
  const tabs = browser.tab();
  const store = new Poller({
    request,
    onReject: 'server-gone',
    longestBackOff: MINUTE,
    tabs,
    standby,
  });
  store.watch(() => undefined);
  return store;
}

/** JupyterLab's way of filling in values, in English or in the language of a catalogue. */
export function bundleOf(messages: Readonly<Record<string, string>> = {}): TranslationBundle {
  const fill = (text: string, ...values: unknown[]) =>
    (messages[text] ?? text).replace(/%(\d)/g, (_, place: string) => String(values[+place - 1]));
  return { __: fill } as Partial<TranslationBundle> as TranslationBundle;
}

export const ENGLISH = bundleOf();

/** The default settings with some changed. */
export function preferencesWith(change: Partial<Preferences> = {}): () => Preferences {
  return () => ({ ...DEFAULTS, ...change });
}

/** What JupyterLab does when the machine wakes up. */
export function wake(store: Poller): void {
  store.heartbeat();
}

const NO_COMMANDS = { isEnabled: () => false } as Partial<CommandRegistry> as CommandRegistry;

/** A tab, and what a person saw in it. */
export class Tab {
  readonly seen: string[] = [];
  hidden = false;
  doNotDisturb = false;
  gone = false;
  unsaved = true;
  /** Whether the person closes each warning at once. */
  closes = false;
  /** What happens when a warning is to be shown. */
  fails = false;
  /** The stop whose warnings cannot be shown. */
  failsFor: Stop['kind'] | null = null;
  current: () => Stop | null = () => null;
  readonly store: Poller;
  readonly log: ShownLog;
  readonly warner: StopWarner;
  readonly actions: StopActions;
  /** What is in the title while the tab is hidden. */
  title: string | null = null;
  /** How often a warning was to be shown. */
  tries = 0;
  saves = 0;

  constructor(
    private readonly _lab: Lab,
    readonly change: Partial<Preferences> = {},
  ) {
    this.store = newStore(_lab, () => this.hidden);
    this.log = _lab.browser.shownLog();
    this.warner = new StopWarner({
      store: this.store,
      log: this.log,
      preferences: () => preferencesWith(this.change)(),
      visible: () => !this.hidden,
      doNotDisturb: () => this.doNotDisturb,
      gone: () => this.gone,
      unsaved: () => this.unsaved,
      present: (form, stop, current) => {
        this.tries++;
        if (this.fails || stop.kind === this.failsFor) throw new Error('no notifications');
        this.current = current;
        return this._see(form, stop);
      },
      announce: stop => this._see('desktop', stop),
      countDown: stop => {
        const left = stop?.()?.left;
        this.title = left === undefined ? null : `${Math.round(left / MINUTE)}`;
      },
      saveAll: () => {
        this.saves++;
      },
    });
    this.actions = new StopActions(NO_COMMANDS, this.log, ENGLISH, () => {
      this.warner.look();
    });
  }

  private _see(form: string, stop: Stop): PresentedWarning {
    const kind = stop.kind === 'idle' ? 'idle ' : '';
    const text = `${kind}${form} ${String(Math.round(stop.left / MINUTE))}`;
    this.seen.push(text);
    return {
      withdraw: () => {
        if (!this.closes) this.seen.push(`no ${text}`);
        return !this.closes;
      },
    };
  }

  /** The machine, or the tab, is looked at again. */
  wake(): void {
    wake(this.store);
    this.warner.look();
  }

  /** The instance is idle for one minute more, each minute. */
  async idleFrom(minutes: number, limit: number, until: number): Promise<void> {
    for (let idle = minutes; idle < until; idle++) {
      this._lab.server.idle = { minutes: idle, limit };
      await this._lab.clock.pass(MINUTE);
    }
  }
}
