import type { Stop } from './countdown.ts';
import { isSameStop, type WarningShown } from './warnings.ts';

/** What was shown already, in whichever tab. */
interface Page {
  readonly warnings: readonly WarningShown[];
  readonly reminders: readonly WarningShown[];
  /** Keys of other things, and when they were last written down. */
  readonly keys: Readonly<Record<string, number>>;
}

/** The part of `Storage` that is used here. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

const EMPTY: Page = { warnings: [], reminders: [], keys: {} };
const KEPT_MS = 7 * 86_400_000;

/**
 * Remembers for all tabs of a browser what was shown, so that each thing is shown once. A tab must
 * claim before it shows.
 */
export class Ledger {
  /** `shelf` may throw where it is forbidden; `alone` runs a task while no other tab runs one. */
  constructor(shelf: () => Shelf, name: string, alone: <T>(task: () => Promise<T>) => Promise<T>) {
    this._shelf = shelf;
    this._name = name;
    this._inTurn = alone;
  }

  /** Warnings that were shown. */
  get warnings(): readonly WarningShown[] {
    return this._read().warnings;
  }

  /** Warnings that a person asked to be shown again. */
  get reminders(): readonly WarningShown[] {
    return this._read().reminders;
  }

  /** Whether the caller is to show this warning: true once over all tabs. */
  claimWarning({ instance, due }: Stop, threshold: number): Promise<boolean> {
    const warning = { instance, due, threshold };
    return this._write(page =>
      page.warnings.some(one => isSameStop(one, warning) && one.threshold <= threshold)
        ? null
        : { ...page, warnings: [...page.warnings, warning] },
    );
  }

  /** Warns again when that much less than now is left until the stop. */
  async remind({ instance, due, left }: Stop, inMs: number): Promise<void> {
    const reminder = { instance, due, threshold: left - inMs };
    await this._write(page => ({ ...page, reminders: [...page.reminders, reminder] }));
  }

  /** Whether the caller is to show what goes by this key: true once over all tabs. */
  claim(key: string): Promise<boolean> {
    return this._write(page =>
      key in page.keys ? null : { ...page, keys: { ...page.keys, [key]: Date.now() } },
    );
  }

  /** What goes by keys that start like this, but by none of those `kept`, may be shown again. */
  async forget(prefix: string, kept: readonly string[] = []): Promise<void> {
    const gone = (key: string) => key.startsWith(prefix) && !kept.includes(key);
    if (!Object.keys(this._read().keys).some(gone)) return;
    await this._write(page => ({
      ...page,
      keys: Object.fromEntries(Object.entries(page.keys).filter(([key]) => !gone(key))),
    }));
  }

  private _read(): Page {
    try {
      const text = this._byItself ? null : this._shelf().getItem(this._name);
      return { ...EMPTY, ...(text === null ? this._own : (JSON.parse(text) as Partial<Page>)) };
    } catch {
      return this._own;
    }
  }

  private _write(change: (page: Page) => Page | null): Promise<boolean> {
    return this._inTurn(() => {
      const page = change(this._read());
      if (page) this._keep(page);
      return Promise.resolve(page !== null);
    });
  }

  private _keep({ warnings, reminders, keys }: Page): void {
    const since = Date.now() - KEPT_MS;
    const recent = (one: WarningShown) => one.due > since;
    this._own = {
      warnings: warnings.filter(recent),
      reminders: reminders.filter(recent),
      keys: Object.fromEntries(Object.entries(keys).filter(([, time]) => time > since)),
    };
    try {
      this._shelf().setItem(this._name, JSON.stringify(this._own));
      this._byItself = false;
    } catch {
      // Full, or forbidden: this tab remembers by itself.
      this._byItself = true;
    }
  }

  private readonly _shelf: () => Shelf;
  private readonly _name: string;
  private readonly _inTurn: <T>(task: () => Promise<T>) => Promise<T>;
  private _own = EMPTY;
  private _byItself = false;
}
