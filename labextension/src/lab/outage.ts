import { now, type DatedReading, type DataSourceState, speedOf } from '../panel/index.ts';
import type { IInstanceStore, Preferences } from './tokens.ts';
import type { ShownLog } from './shownlog.ts';

/** What is known of a time without the server. */
export interface Outage {
  /** The last reading. */
  readonly last: DatedReading;
  /** When the server stopped responding; `Date.now()`. */
  readonly since: number;
  /** How long that is ago, by the instance's time. */
  readonly lasted: number;
}

export interface OutageWatchOptions {
  readonly store: IInstanceStore;
  readonly log: ShownLog;
  readonly preferences: () => Preferences;
  readonly visible: () => boolean;
  /** Shows it; returns how to take it away. */
  readonly present: (outage: Outage) => () => void;
}

/** A server that is away for less is being started again, or the network hiccupped. */
const PATIENCE_MS = 4000;

/** Whether the Jupyter server does not respond. */
function isGone({ failure }: DataSourceState): boolean {
  return failure === 'server-gone';
}

/** Shows once for each outage what was known then, and takes it away when the server is back. */
export class OutageWatch {
  constructor(options: OutageWatchOptions) {
    this._options = options;
    options.store.watch(() => void this.look());
  }

  /** Whether the server has been away for longer than a hiccup. */
  get away(): boolean {
    return this._away;
  }

  /** Looks whether the server is away, for long enough to report it. */
  async look(): Promise<void> {
    const { store, log, preferences, visible, present } = this._options;
    const { reading } = store.state;
    if (!isGone(store.state)) {
      await this._back(reading);
      return;
    }
    this._began ??= { at: now(), since: Date.now() };
    // The next request may be a minute away.
    this._timer ??= setTimeout(() => {
      this._away = true;
      void this.look();
    }, PATIENCE_MS);
    const { at, since } = this._began;
    if (!this._away || this._reported || !reading || !visible() || !preferences().serverGone) {
      return;
    }
    this._reported = true;
    await log.once(this._key(reading), () => {
      const lasted = (now() - at) * speedOf(reading);
      this._withdraw = present({ last: reading, since, lasted });
    });
  }

  private async _back(reading: DatedReading | null): Promise<void> {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._began = null;
    this._away = false;
    this._reported = false;
    this._withdraw?.();
    this._withdraw = null;
    // The next outage is another one, even within the same reading.
    if (reading) await this._options.log.forget(this._key(reading));
  }

  private _key({ source }: DatedReading): string {
    return `${source.instance_id ?? ''} gone`;
  }

  private readonly _options: OutageWatchOptions;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _began: { readonly at: number; readonly since: number } | null = null;
  private _away = false;
  private _reported = false;
  private _withdraw: (() => void) | null = null;
}
