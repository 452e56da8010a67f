import type { DatedReading } from '../panel/index.ts';
import {
  follow,
  isReported,
  type KnownStop,
  type Stop,
  type StopReading,
  stopReadingsOf,
  stopsIn,
} from './stops.ts';
import {
  type Announced,
  forgotten,
  NOTHING_SHOWN,
  type Policy,
  seenWithin,
  type ShownOfStop,
} from './warnings.ts';

/** A stop, and what was shown of it. */
interface Entry extends KnownStop, ShownOfStop {
  readonly instance: string;
  readonly id: string;
}

interface Content {
  /** At most one of each instance and ID: the last. */
  readonly stops: readonly Entry[];
  /** Keys of other things, and when they were last written down. */
  readonly keys: Readonly<Record<string, number>>;
}

/** The part of `Storage` that is used here. */
export type KeyValueStorage = Pick<Storage, 'getItem' | 'setItem'>;

const EMPTY: Content = { stops: [], keys: {} };
const STORED_MS = 7 * 86_400_000;
/** How exactly it is written down when a stop was last seen. */
const SEEN_MS = 60_000;
/** More reminders of one stop than that are not remembered. */
const MOST_REMINDERS = 20;

const isNumber = (value: unknown) => typeof value === 'number';
const isNumbers = (value: unknown) => Array.isArray(value) && value.every(isNumber);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isAnnounced(value: unknown): value is Announced {
  return isRecord(value) && isNumbers(value.thresholds) && isRecord(value.within);
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value)) return false;
  const { instance, id, due, dueTime, idleMinutes, reminders, lastReminder, background } = value;
  return (
    typeof instance === 'string' &&
    typeof id === 'string' &&
    isNumber(due) &&
    [dueTime, idleMinutes, lastReminder].every(one => one === null || isNumber(one)) &&
    isNumbers(reminders) &&
    [value, background].every(isAnnounced)
  );
}

/** What another version, or another program, may have written in any shape. */
function parse(text: string): Content {
  const content: unknown = JSON.parse(text);
  const { stops, keys } = isRecord(content) ? content : {};
  return {
    stops: Array.isArray(stops) ? stops.filter(isEntry) : [],
    keys: isRecord(keys)
      ? (Object.fromEntries(Object.entries(keys).filter(([, time]) => isNumber(time))) as Record<
          string,
          number
        >)
      : {},
  };
}

/** Whether there is something new to write down. */
function isChanged(before: Entry | undefined, after: Entry): boolean {
  if (!before) return true;
  const rest = (entry: Entry) =>
    JSON.stringify({
      ...entry,
      within: null,
      background: { ...entry.background, within: null },
    });
  const isNews = (old: Announced, current: Announced) =>
    Object.entries(current.within).some(
      ([threshold, time]) => time - (old.within[threshold] ?? 0) >= SEEN_MS,
    );
  return (
    rest(before) !== rest(after) ||
    isNews(before, after) ||
    isNews(before.background, after.background)
  );
}

/**
 * Remembers for all tabs of a browser what was shown, so that each thing is shown once; where there
 * is no storage, for this tab.
 */
export class ShownLog {
  /** `storage` may throw; `exclusively` runs a task while no other tab runs one. */
  constructor(
    storage: () => KeyValueStorage,
    name: string,
    exclusively: <T>(task: () => Promise<T>) => Promise<T>,
  ) {
    this._storage = storage;
    this._name = name;
    this._exclusively = exclusively;
  }

  /** What was shown of a stop. */
  shownOf(stop: Stop): ShownOfStop {
    return this._entry(this._read(), stop) ?? NOTHING_SHOWN;
  }

  /** A stop with the earliest moment that is known of it: a warning is never late. */
  withEarliest(stop: Stop): Stop {
    const { due = stop.due } = this._entry(this._read(), stop) ?? {};
    return due < stop.due ? { ...stop, due, left: stop.left - (stop.due - due) } : stop;
  }

  /** The moments of the stops ahead, by `Date.now()`, that are known but not in a reading. */
  missingFrom(reading: DatedReading): number[] {
    const own = reading.source.instance_id ?? '';
    return this._read()
      .stops.filter(({ instance, ended }) => instance === own && !ended)
      .filter(({ id, due }) => due > Date.now() && !isReported(reading, id))
      .map(({ due }) => due);
  }

  /** Brings what is known of the stops up to date with a reading. */
  async follow(reading: DatedReading, policy: Policy): Promise<void> {
    const update = (content: Content) => {
      const entries = stopReadingsOf(reading).flatMap(one =>
        this._followed(content, reading, one, policy),
      );
      return entries.length ? this._with(content, entries) : null;
    };
    if (update(this._read())) await this._write(update);
  }

  /** Shows a warning if no tab has, then writes that down. */
  showWarning(stop: Stop, threshold: number, show: () => void): Promise<boolean> {
    return this._change(stop, entry => {
      if (entry.thresholds.some(one => one <= threshold)) return null;
      show();
      return { ...entry, thresholds: [...entry.thresholds, threshold] };
    });
  }

  /** Announces a stop outside of the window if no tab has, then writes that down. */
  announce(stop: Stop, threshold: number, show: () => void): Promise<boolean> {
    return this._change(stop, entry => {
      const { background } = entry;
      const all = [...entry.thresholds, ...background.thresholds];
      if (all.some(one => one <= threshold)) return null;
      show();
      const thresholds = [...background.thresholds, threshold];
      // No reading follows that would note it.
      const within = { ...background.within, [String(threshold)]: Date.now() };
      return { ...entry, background: { thresholds, within } };
    });
  }

  /** A warning was taken away though nobody closed it: it may be shown again. */
  async forgetWarning(stop: Stop, threshold: number): Promise<void> {
    await this._change(stop, entry => ({
      ...entry,
      thresholds: entry.thresholds.filter(one => one !== threshold),
    }));
  }

  /** The same for what was announced outside of the window. */
  async forgetAnnouncement(stop: Stop, threshold: number): Promise<void> {
    await this._change(stop, entry => {
      const { thresholds, within } = entry.background;
      const others = Object.entries(within).filter(([one]) => one !== String(threshold));
      const background = {
        thresholds: thresholds.filter(one => one !== threshold),
        within: Object.fromEntries(others),
      };
      return { ...entry, background };
    });
  }

  /** Warns again when that much less than now is left until the stop. */
  async remind(stop: Stop, inMs: number): Promise<void> {
    const reminder = stop.left - inMs;
    await this._change(stop, entry => ({
      ...entry,
      reminders: [...entry.reminders, reminder].slice(-MOST_REMINDERS),
    }));
  }

  /** Reminds once more, `threshold` milliseconds before the stop; once for each stop. */
  async remindLast(stop: Stop, threshold: number): Promise<void> {
    await this._change(stop, entry =>
      entry.lastReminder === null ? { ...entry, lastReminder: threshold } : null,
    );
  }

  /** Shows what goes by this key if no tab has, then writes that down. */
  once(key: string, show: () => void): Promise<boolean> {
    return this._write(content => {
      if (key in content.keys) return null;
      show();
      return { ...content, keys: { ...content.keys, [key]: Date.now() } };
    });
  }

  /** What goes by keys that start like this may be shown again; `except`: keys that stay. */
  async forget(prefix: string, except: readonly string[] = []): Promise<void> {
    const gone = (key: string) => key.startsWith(prefix) && !except.includes(key);
    if (!Object.keys(this._read().keys).some(gone)) return;
    await this._write(content => ({
      ...content,
      keys: Object.fromEntries(Object.entries(content.keys).filter(([key]) => !gone(key))),
    }));
  }

  private _entry({ stops }: Content, { instance, id }: Pick<Stop, 'instance' | 'id'>) {
    return stops.find(one => one.instance === instance && one.id === id);
  }

  private _with(content: Content, entries: readonly Entry[]): Content {
    const others = content.stops.filter(one => !this._entry({ ...content, stops: entries }, one));
    return { ...content, stops: [...others, ...entries] };
  }

  /** The entry of a stop after a reading, if that changes it. */
  private _followed(
    content: Content,
    reading: DatedReading,
    one: StopReading,
    policy: Policy,
  ): Entry[] {
    const { id } = one;
    const instance = reading.source.instance_id ?? '';
    const before = this._entry(content, { instance, id });
    const { known, another } = follow(before ?? null, one);
    if (!known) return [];
    const shown = another ? forgotten(before ?? NOTHING_SHOWN) : before;
    const entry = { ...NOTHING_SHOWN, ...shown, ...known, instance, id };
    const stop = stopsIn(reading).find(counting => counting.id === id);
    const seen = (announced: Announced) =>
      stop ? seenWithin(stop, policy, announced, Date.now()) : announced.within;
    const background = { ...entry.background, within: seen(entry.background) };
    const after = { ...entry, within: seen(entry), background };
    return isChanged(before, after) ? [after] : [];
  }

  private _change(stop: Stop, change: (entry: Entry) => Entry | null): Promise<boolean> {
    return this._write(content => {
      const { instance, id, due } = stop;
      const entry = this._entry(content, stop) ?? {
        ...NOTHING_SHOWN,
        ...{ instance, id, due, dueTime: null, idleMinutes: null, ended: false },
      };
      const changed = change(entry);
      return changed && this._with(content, [changed]);
    });
  }

  private _read(): Content {
    try {
      const text = this._byItself ? null : this._storage().getItem(this._name);
      return text === null ? this._own : parse(text);
    } catch {
      return this._own;
    }
  }

  private _write(change: (content: Content) => Content | null): Promise<boolean> {
    return this._exclusively(() => {
      const content = change(this._read());
      if (content) this._store(content);
      return Promise.resolve(content !== null);
    });
  }

  private _store({ stops, keys }: Content): void {
    const since = Date.now() - STORED_MS;
    this._own = {
      stops: stops.filter(one => one.due > since),
      keys: Object.fromEntries(Object.entries(keys).filter(([, time]) => time > since)),
    };
    try {
      this._storage().setItem(this._name, JSON.stringify(this._own));
      this._byItself = false;
    } catch {
      // Full, or forbidden: this tab remembers by itself.
      this._byItself = true;
    }
  }

  private readonly _storage: () => KeyValueStorage;
  private readonly _name: string;
  private readonly _exclusively: <T>(task: () => Promise<T>) => Promise<T>;
  private _own = EMPTY;
  private _byItself = false;
}
