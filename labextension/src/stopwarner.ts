import { ageOf, nextStop, type Stop } from './countdown.ts';
import type { Ledger } from './ledger.ts';
import { MAX_TIMEOUT_MS } from './panel/sources/policy.ts';
import type { Preferences } from './preferences.ts';
import { isQuiet } from './quiet.ts';
import type { IInstanceStore } from './tokens.ts';
import { decide, isSameStop, type Decision, type Due } from './warnings.ts';

/** A warning that a person sees. */
export interface Presented {
  /** Takes it away: the stop was moved or is over. */
  withdraw(): void;
  /** Says it anew: much time went by. */
  update?(stop: Stop): void;
}

export interface StopWarnerOptions {
  readonly store: IInstanceStore;
  readonly ledger: Ledger;
  readonly preferences: () => Preferences;
  /** Whether a person may be looking at this tab. */
  readonly visible: () => boolean;
  readonly present: (form: Due['form'], stop: Stop) => Presented;
}

const MINUTE_MS = 60_000;
/** A reading so young needs no other one before a warning. */
const FRESH_MS = 3000;
/** Longer than the server takes at most; then what is known has to do. */
const PATIENCE_MS = 20_000;
/** A warning that says how long it is until the stop is said anew after so long. */
const STALE_MS = 5 * MINUTE_MS;

/**
 * Warns before a stop. It looks whenever the store has news, and when the next threshold is near;
 * and asks again before it says anything.
 */
export class StopWarner {
  constructor(options: StopWarnerOptions) {
    this._options = options;
    options.store.watch(() => {
      this.look();
    });
  }

  /** Looks whether something is due; also called when the tab comes into view. */
  look(): void {
    this._followUp();
    this._again = true;
    if (!this._busy) void this._work();
  }

  private async _work(): Promise<void> {
    this._busy = true;
    try {
      while (this._again) {
        this._again = false;
        await this._step();
      }
    } finally {
      this._busy = false;
    }
  }

  private async _step(): Promise<void> {
    clearTimeout(this._timer);
    const { due, nextIn } = this._decide();
    if (!due) {
      this._lookIn(nextIn);
      return;
    }
    if (!this._isFresh()) await this._askAgain();
    // The stop may have moved, and the page may have been hidden meanwhile.
    const stop = this._stop;
    const now = this._decide();
    if (stop && now.due && (await this._options.ledger.claimWarning(stop, now.due.threshold))) {
      this._presented?.warning.withdraw();
      this._presented = { stop, warning: this._options.present(now.due.form, stop) };
    }
    this._lookIn(now.nextIn);
  }

  private get _stop(): Stop | null {
    const { state } = this._options.store;
    return nextStop(state.reading);
  }

  private _decide(): Decision {
    const { ledger, preferences, visible } = this._options;
    const { stopWarnings, toastMinutes, dialogMinutes, quietFrom, quietTo } = preferences();
    const stop = this._stop;
    if (!stop || !stopWarnings || !visible()) return { due: null, nextIn: null };
    const thresholds = {
      toasts: toastMinutes.map(minutes => minutes * MINUTE_MS),
      dialog: dialogMinutes * MINUTE_MS,
    };
    const decision = decide(stop, thresholds, ledger.warnings, ledger.reminders);
    // What is due in quiet hours is shown after them, if the stop is still ahead.
    return decision.due?.form === 'toast' && isQuiet(quietFrom, quietTo, new Date())
      ? { due: null, nextIn: Math.min(decision.nextIn ?? MINUTE_MS, MINUTE_MS) }
      : decision;
  }

  private _isFresh(): boolean {
    const { reading } = this._options.store.state;
    return reading !== null && ageOf(reading) < FRESH_MS;
  }

  private async _askAgain(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise(resolve => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([this._options.store.read(), late]);
    clearTimeout(timer);
  }

  private _lookIn(ms: number | null): void {
    if (ms === null) return;
    this._timer = setTimeout(
      () => {
        this.look();
      },
      Math.min(ms, MAX_TIMEOUT_MS),
    );
  }

  /** Withdraws a warning that holds no more, and keeps one that does up to date. */
  private _followUp(): void {
    const { _presented: presented, _stop: stop } = this;
    if (!presented) return;
    const { warning } = presented;
    if (!stop || !isSameStop(stop, presented.stop) || !this._options.preferences().stopWarnings) {
      warning.withdraw();
      this._presented = null;
    } else if (presented.stop.left - stop.left >= STALE_MS) {
      warning.update?.(stop);
      this._presented = { stop, warning };
    }
  }

  private readonly _options: StopWarnerOptions;
  private _presented: { readonly stop: Stop; readonly warning: Presented } | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _busy = false;
  private _again = false;
}
