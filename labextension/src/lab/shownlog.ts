import type { DatedReading } from '../panel/index.ts';
import {
  follow,
  type KnownStop,
  type Stop,
  type StopKind,
  stopReadingOf,
  stopsIn,
} from './stops.ts';
import { NOTHING_SHOWN, type Policy, seenWithin, type ShownOfStop } from './warnings.ts';

/** A stop, and what was shown of it. */
interface Entry extends KnownStop, ShownOfStop {
  readonly instance: string;
  readonly kind: StopKind;
}

interface Content {
  /** At most one of each instance and kind: the last. */
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

const isNumber = (value: unknown) => typeof value === 'number';
const isNumbers = (value: unknown) => Array.isArray(value) && value.every(isNumber);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value)) return false;
  const { instance, kind, due, dueTime, idleMinutes, thresholds, reminders, within } = value;
  return (
    typeof instance === 'string' &&
    (kind === 'idle' || kind === 'scheduled') &&
    isNumber(due) &&
    [dueTime, idleMinutes, value.lastReminder].every(one => one === null || isNumber(one)) &&
    isNumbers(thresholds) &&
    isNumbers(reminders) &&
    isRecord(within)
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
  const { within: seen, ...rest } = before;
  const { within, ...others } = after;
  return (
    JSON.stringify(rest) !== JSON.stringify(others) ||
    Object.entries(within).some(([threshold, time]) => time - (seen[threshold] ?? 0) >= SEEN_MS)
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

  /** Brings what is known of the stops up to date with a reading. */
  async follow(reading: DatedReading, policy: Policy): Promise<void> {
    const update = (content: Content) => {
      const entries = (['idle', 'scheduled'] as const).flatMap(kind =>
        this._followed(content, reading, kind, policy),
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

  /** A warning was taken away though nobody closed it: it may be shown again. */
  async forgetWarning(stop: Stop, threshold: number): Promise<void> {
    await this._change(stop, entry => ({
      ...entry,
      thresholds: entry.thresholds.filter(one => one !== threshold),
    }));
  }

  /** Warns again when that much less than now is left until the stop. */
  async remind(stop: Stop, inMs: number): Promise<void> {
    const reminder = stop.left - inMs;
    await this._change(stop, entry => ({ ...entry, reminders: [...entry.reminders, reminder] }));
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

  private _entry({ stops }: Content, { instance, kind }: Pick<Stop, 'instance' | 'kind'>) {
    return stops.find(one => one.instance === instance && one.kind === kind);
  }

  private _with(content: Content, entries: readonly Entry[]): Content {
    const others = content.stops.filter(one => !this._entry({ ...content, stops: entries }, one));
    return { ...content, stops: [...others, ...entries] };
  }

  /** The entry of a kind after a reading, if that changes it. */
  private _followed(
    content: Content,
    reading: DatedReading,
    kind: StopKind,
    policy: Policy,
  ): Entry[] {
    const instance = reading.source.instance_id ?? '';
    const before = this._entry(content, { instance, kind });
    const { known, another } = follow(before ?? null, stopReadingOf(reading, kind));
    if (!known) return [];
    const shown = another ? { ...NOTHING_SHOWN, within: before?.within ?? {} } : before;
    const entry = { ...NOTHING_SHOWN, ...shown, ...known, instance, kind };
    const stop = stopsIn(reading).find(one => one.kind === kind);
    const within = stop ? seenWithin(stop, policy, entry, Date.now()) : entry.within;
    const after = { ...entry, within };
    return isChanged(before, after) ? [after] : [];
  }

  private _change(stop: Stop, change: (entry: Entry) => Entry | null): Promise<boolean> {
    return this._write(content => {
      const { instance, kind, due } = stop;
      const entry = this._entry(content, stop) ?? {
        ...NOTHING_SHOWN,
        ...{ instance, kind, due, dueTime: null, idleMinutes: null, ended: false },
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
