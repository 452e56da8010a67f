import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { MAX_TIMEOUT_MS, speedOf } from '../panel/index.ts';
import type { ShownLog } from './shownlog.ts';
import { ageOf, FORGET_MS, isOver, type Stop, type StopKind, stopsIn } from './stops.ts';
import { CommandIDs, type IInstanceStore, type Preferences } from './tokens.ts';
import { decide, type Decision, type Due, isQuiet, type Policy } from './warnings.ts';

/** A warning that a person sees. */
export interface PresentedWarning {
  /** Takes it away; returns whether it was still there, closed by nobody. */
  withdraw(): boolean;
}

export interface StopWarnerOptions {
  readonly store: IInstanceStore;
  readonly log: ShownLog;
  readonly preferences: () => Preferences;
  /** Whether a person may be looking at this tab. */
  readonly visible: () => boolean;
  /** Whether JupyterLab shows no toasts. */
  readonly doNotDisturb: () => boolean;
  /** Whether the Jupyter server does not respond: other dialogs are more important then. */
  readonly gone: () => boolean;
  /** Whether there is anything to be saved. */
  readonly unsaved: () => boolean;
  /** Shows a warning; `current` is the stop as of now, null when it is over or off. */
  readonly present: (form: Due['form'], stop: Stop, current: () => Stop | null) => PresentedWarning;
}

interface ShownWarning {
  readonly stop: Stop;
  readonly due: Due;
  readonly warning: PresentedWarning;
}

/** A warning of a stop that is due now. */
interface DueWarning {
  readonly stop: Stop;
  readonly due: Due;
}

const MINUTE_MS = 60_000;
/** Behind a threshold rather than a hair before it. */
const LEAST_MS = 20;
/** A reading so young needs no other one before a warning. */
const FRESH_MS = 3000;
/** Longer than the server takes at most; then what is known has to do. */
const PATIENCE_MS = 20_000;

/**
 * Warns before each stop. It looks whenever the store has news, and when the next threshold is near;
 * and reads again before it shows anything.
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
    this._again = true;
    // Not after what the work waits for.
    void this._followUp();
    if (!this._busy) void this._work();
  }

  /** The stop of a kind as of now, ahead or just over, by the earliest moment known of it. */
  current(kind: StopKind): Stop | null {
    return this._stops().find(stop => stop.kind === kind) ?? null;
  }

  private async _work(): Promise<void> {
    this._busy = true;
    try {
      while (this._again) {
        this._again = false;
        await this._step();
      }
    } catch (reason) {
      console.error('jupyter-dsw: a warning could not be shown.', reason);
    } finally {
      this._busy = false;
    }
  }

  private async _step(): Promise<void> {
    clearTimeout(this._timer);
    await this._follow();
    if (this._due().length) {
      if (!this._isFresh()) await this._readAgain();
      // A stop may have moved, and the tab may have been hidden meanwhile.
      await this._follow();
      for (const { stop, due } of this._due()) await this._show(stop, due);
    }
    this._lookIn(this._nextIn());
  }

  /** Brings what is known of the stops up to date, and takes away the warnings that are no longer true. */
  private async _follow(): Promise<void> {
    const { reading } = this._options.store.state;
    if (reading) await this._options.log.follow(reading, this._policy());
    await this._followUp();
  }

  private async _followUp(): Promise<void> {
    for (const [kind, { stop, due, warning }] of [...this._shown]) {
      if (this._isTrue(kind, due)) continue;
      this._shown.delete(kind);
      const closed = !warning.withdraw();
      // An idle stop that comes back was announced. A scheduled one that vanishes while nobody closed
      // its warning was rather not read.
      if (!closed && kind === 'scheduled' && this._isMissing(kind)) {
        await this._options.log.forgetWarning(stop, due.threshold);
      }
    }
  }

  /** Whether the warning is still true, and the nearest that any tab has shown of its stop. */
  private _isTrue(kind: StopKind, { form, threshold }: Due): boolean {
    const { preferences, log, gone } = this._options;
    const stop = this.current(kind);
    if (!stop || !preferences().stopWarnings || (form === 'dialog' && gone())) return false;
    return Math.min(...log.shownOf(stop).thresholds) === threshold;
  }

  private _isMissing(kind: StopKind): boolean {
    return !stopsIn(this._options.store.state.reading).some(stop => stop.kind === kind);
  }

  private async _show(stop: Stop, due: Due): Promise<void> {
    const { log, present, unsaved } = this._options;
    await log.showWarning(stop, due.threshold, () => {
      if (due.last && !unsaved()) return;
      this._shown.get(stop.kind)?.warning.withdraw();
      const warning = present(due.form, stop, () => this.current(stop.kind));
      this._shown.set(stop.kind, { stop, due, warning });
    });
  }

  private _stops(): Stop[] {
    const { log, store } = this._options;
    return stopsIn(store.state.reading)
      .map(stop => log.withEarliest(stop))
      .filter(stop => !isOver(stop));
  }

  private _policy(): Policy {
    const { toastMinutes, dialogMinutes } = this._options.preferences();
    return {
      toasts: toastMinutes.map(minutes => minutes * MINUTE_MS),
      dialog: dialogMinutes * MINUTE_MS,
      doNotDisturb: this._options.doNotDisturb(),
    };
  }

  private _decisions(): { readonly stop: Stop; readonly decision: Decision }[] {
    const { log, preferences, visible } = this._options;
    if (!preferences().stopWarnings || !visible()) return [];
    const policy = this._policy();
    return this._stops().map(stop => ({
      stop,
      decision: decide(stop, policy, log.shownOf(stop), Date.now()),
    }));
  }

  /** Whether a warning has to wait for the end of quiet hours, or of an outage. */
  private _hasToWait({ form, threshold }: Due): boolean {
    const { quietFrom, quietTo, dialogMinutes } = this._options.preferences();
    if (form === 'dialog' && this._options.gone()) return true;
    return threshold > dialogMinutes * MINUTE_MS && isQuiet(quietFrom, quietTo, new Date());
  }

  private _due(): DueWarning[] {
    return this._decisions().flatMap(({ stop, decision: { due } }) =>
      due && !this._hasToWait(due) ? [{ stop, due }] : [],
    );
  }

  private _nextIn(): number | null {
    const waits = this._decisions().flatMap(({ stop, decision: { due, nextIn } }) => [
      // What is due in quiet hours is shown after them, if the stop is still ahead.
      ...(due ? [MINUTE_MS] : []),
      ...(nextIn === null ? [] : [nextIn]),
      // What is shown goes when the stop is long over.
      ...(this._shown.has(stop.kind) ? [stop.left + FORGET_MS + 1] : []),
    ]);
    return waits.length ? Math.min(...waits) : null;
  }

  private _isFresh(): boolean {
    const { reading } = this._options.store.state;
    return reading !== null && ageOf(reading) < FRESH_MS;
  }

  private async _readAgain(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise(resolve => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([this._options.store.read(), late]);
    clearTimeout(timer);
  }

  private _lookIn(ms: number | null): void {
    if (ms === null) return;
    const speed = speedOf(this._options.store.state.reading);
    this._timer = setTimeout(
      () => {
        this.look();
      },
      Math.min(Math.max(ms / speed, LEAST_MS), MAX_TIMEOUT_MS),
    );
  }

  private readonly _options: StopWarnerOptions;
  private readonly _shown = new Map<StopKind, ShownWarning>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _busy = false;
  private _again = false;
}

/** What a person can do about a warning. */
export interface Action {
  readonly label: string;
  readonly caption: string;
  readonly run: () => void;
}

const REMIND_MS = 5 * MINUTE_MS;
/** The last reminder comes so long before a stop, or halfway to it. */
const LAST_MS = MINUTE_MS;

/** What a person can do about a stop. */
export class StopActions {
  /** `changed` is called when there is a new reminder: storage events reach other tabs only. */
  constructor(
    commands: CommandRegistry,
    log: ShownLog,
    trans: TranslationBundle,
    changed: () => void,
  ) {
    this._commands = commands;
    this._log = log;
    this._trans = trans;
    this._changed = changed;
  }

  /** To the console, where the instance is managed. */
  console(): Action {
    return {
      label: this._trans.__('Console'),
      caption: this._trans.__('Open the DSW console, where the instance is managed'),
      run: () => {
        const { openConsole: id } = CommandIDs;
        if (this._commands.isEnabled(id)) void this._commands.execute(id);
      },
    };
  }

  /** To be reminded, if there is time for that. `current`: the stop as of the click. */
  remind({ left }: Stop, current: () => Stop | null): Action[] {
    // Five minutes before the stop there is nothing to be reminded of after them.
    if (left <= REMIND_MS) return [];
    return [
      {
        label: this._trans.__('In 5 min'),
        caption: this._trans.__('Show this warning again in 5 minutes'),
        run: () => {
          // What is left now: it may have been on the screen for long.
          const stop = current();
          if (stop) void this._log.remind(stop, REMIND_MS).then(this._changed);
        },
      },
    ];
  }

  /** Reminds once more of a stop, after its dialog was closed while files were not saved. */
  remindLast(stop: Stop): void {
    void this._log.remindLast(stop, Math.min(LAST_MS, stop.left / 2)).then(this._changed);
  }

  private readonly _commands: CommandRegistry;
  private readonly _log: ShownLog;
  private readonly _trans: TranslationBundle;
  private readonly _changed: () => void;
}
