import type { Ledger } from './ledger.ts';
import type { Reading } from './panel/reading.ts';
import type { Preferences } from './preferences.ts';
import type { Presented } from './stopwarner.ts';
import type { IInstanceStore } from './tokens.ts';

export interface GoneWatchOptions {
  readonly store: IInstanceStore;
  readonly ledger: Ledger;
  readonly preferences: () => Preferences;
  readonly visible: () => boolean;
  readonly present: (last: Reading | null) => Presented;
}

/** A server that is away for less is being started again, or the network hiccupped. */
const PATIENCE_MS = 4000;

/** Says once what was known when the server went away, and takes it back when it returns. */
export class GoneWatch {
  constructor(options: GoneWatchOptions) {
    this._options = options;
    options.store.watch(() => void this.look());
  }

  /** Looks whether the server is away, for long enough to say so. */
  async look(): Promise<void> {
    const { store, ledger, preferences, visible, present } = this._options;
    const { trouble, reading } = store.state;
    if (trouble !== 'server-gone' || !preferences().serverGone) {
      this._back();
      return;
    }
    // Nothing may change in the store from here on: it stands by where JupyterLab gave up.
    this._timer ??= setTimeout(() => {
      this._away = true;
      void this.look();
    }, PATIENCE_MS);
    if (!this._away || this._told || !reading || !visible()) return;
    this._told = true;
    const { instance_id: id } = reading.answer.source;
    if (await ledger.claim(`${id ?? ''} gone ${reading.answer.read_at ?? ''}`)) {
      this._presented = present(reading);
    }
  }

  private _back(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._away = false;
    this._presented?.withdraw();
    this._presented = null;
    this._told = false;
  }

  private readonly _options: GoneWatchOptions;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _away = false;
  private _told = false;
  private _presented: Presented | null = null;
}
