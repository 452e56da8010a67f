import { MAX_TIMEOUT_MS, now, speedOf } from '../panel/index.ts';
import { SAVE_MS, SavedStops } from './saving.ts';
import type { ShownLog } from './shownlog.ts';
import { ageOf, FORGET_MS, isOver, isReported, type Stop, stopsIn } from './stops.ts';
import type { IInstanceStore, Preferences } from './tokens.ts';
import { untilNews } from './unwatched.ts';
import {
  decide,
  type Decision,
  type Due,
  isQuiet,
  type Policy,
  shownAnywhere,
} from './warnings.ts';

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
  /** Shows a warning; `first`: it is the first one of its stop. */
  readonly present: (
    form: Due['form'],
    stop: Stop,
    current: CurrentStop,
    first: boolean,
  ) => PresentedWarning;
  /** Announces a stop outside of the window, which nobody looks at. */
  readonly announce: (stop: Stop, due: Due) => PresentedWarning;
  /** Counts down to a stop in the title of the tab, which nobody looks at; null: no more. */
  readonly countDown: (current: CurrentStop | null) => void;
  /** Saves all that is not saved, and shows that. */
  readonly saveAll: () => void;
}

/** A stop as of now; null when it is over or off. */
export type CurrentStop = () => Stop | null;

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
/** After a warning that could not be shown. */
const PAUSE_MS = 30_000;
/** A tab that is in sight comes first; so long after it, one in the background announces the stop. */
const BEHIND_MS = 5000;
/** So long apart a tab in the background looks whether what it knows is still true. */
const VERIFY_PAUSE_MS = 5 * MINUTE_MS;

/**
 * Warns before each stop. It looks whenever the store has news, and when the next threshold is near;
 * and reads again before it shows anything. In a tab in the background that is all that it reads.
 * There browsers let timers be late, by a minute at most.
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
    if (!this._busy && this._pause === null) void this._work();
  }

  /** The stop with an ID as of now, ahead or just over, by the earliest moment known of it. */
  current(id: string): Stop | null {
    return this._stops().find(stop => stop.id === id) ?? null;
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
      // Each news would try it again at once.
      this._pause = setTimeout(() => {
        this._pause = null;
        this.look();
      }, PAUSE_MS);
    } finally {
      this._busy = false;
    }
  }

  private async _step(): Promise<void> {
    clearTimeout(this._timer);
    await this._follow();
    const failures: unknown[] = [];
    if (this._due().length || this._verifyIn() === 0) {
      this._verifiedAt = now();
      if (!this._isFresh()) await this._readAgain();
      // A stop may have moved, and the tab may have been hidden or seen meanwhile.
      await this._follow();
      for (const { stop, due } of this._due()) {
        // One that cannot be shown does not keep the others back.
        await this._show(stop, due).catch((reason: unknown) => failures.push(reason));
      }
    }
    this._countDown();
    this._saveInTime();
    this._lookIn(this._nextIn());
    if (failures.length) throw failures[0];
  }

  /** Brings what is known of the stops up to date, and takes away the warnings that are no longer true. */
  private async _follow(): Promise<void> {
    const { reading } = this._options.store.state;
    if (reading) await this._options.log.follow(reading, this._policy());
    await this._followUp();
  }

  private async _followUp(): Promise<void> {
    this._countDown();
    const { log, store, visible } = this._options;
    for (const [id, { stop, due, warning }] of [...this._announced]) {
      if (!visible() && this._isAnnounced(id, due)) continue;
      this._announced.delete(id);
      warning.withdraw();
      // One that ended is reported still; one that is not was rather not read.
      if (!isReported(store.state.reading, id)) await log.forgetAnnouncement(stop, due.threshold);
    }
    for (const [id, { stop, due, warning }] of [...this._shown]) {
      if (this._isTrue(id, due)) continue;
      this._shown.delete(id);
      const closed = !warning.withdraw();
      // An idle stop that comes back was announced. A scheduled one that vanishes while nobody closed
      // its warning was rather not read.
      if (!closed && stop.kind === 'scheduled' && this._isMissing(id)) {
        await log.forgetWarning(stop, due.threshold);
      }
    }
  }

  /** Whether the warning is still true, and the nearest that any tab has shown of its stop. */
  private _isTrue(id: string, { form, threshold }: Due): boolean {
    const { preferences, log, gone } = this._options;
    const stop = this.current(id);
    if (!stop || !preferences().stopWarnings || (form === 'dialog' && gone())) return false;
    return Math.min(...log.shownOf(stop).thresholds) === threshold;
  }

  /** The same for what was announced outside of the window. */
  private _isAnnounced(id: string, { threshold }: Due): boolean {
    const { preferences, log } = this._options;
    const stop = this.current(id);
    if (!stop || !preferences().stopWarnings) return false;
    return Math.min(...shownAnywhere(log.shownOf(stop)).thresholds) === threshold;
  }

  private _isMissing(id: string): boolean {
    return !stopsIn(this._options.store.state.reading).some(stop => stop.id === id);
  }

  private async _show(stop: Stop, due: Due): Promise<void> {
    const { log, present, announce, unsaved, visible } = this._options;
    const isVain = () => due.last && !unsaved();
    if (!visible()) {
      await log.announce(stop, due.threshold, () => {
        this._announced.get(stop.id)?.warning.withdraw();
        this._announced.delete(stop.id);
        if (!isVain()) this._announced.set(stop.id, { stop, due, warning: announce(stop, due) });
      });
      return;
    }
    const isFirst = !log.shownOf(stop).thresholds.length;
    await log.showWarning(stop, due.threshold, () => {
      if (isVain()) return;
      this._shown.get(stop.id)?.warning.withdraw();
      const warning = present(due.form, stop, () => this.current(stop.id), isFirst);
      this._shown.set(stop.id, { stop, due, warning });
    });
  }

  /** Counts down in the title of a tab in the background, once its stop was announced in any tab. */
  private _countDown(): void {
    const { log, preferences, visible, countDown } = this._options;
    const isWanted = !visible() && preferences().stopWarnings;
    const stop = this._stops().find(one => shownAnywhere(log.shownOf(one)).thresholds.length);
    countDown(isWanted && stop ? () => this.current(stop.id) : null);
  }

  /** Saves once for each stop, if it is set to; each tab has documents of its own. */
  private _saveInTime(): void {
    const { preferences, unsaved, saveAll, gone } = this._options;
    if (!preferences().saveBeforeStop || gone() || !unsaved()) return;
    for (const stop of this._stops()) {
      if (this._saved.take(stop)) saveAll();
    }
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
    if (!preferences().stopWarnings) return [];
    const policy = this._policy();
    const behind = visible() ? 0 : BEHIND_MS * this._speed;
    return this._stops().map(stop => {
      const shown = visible() ? log.shownOf(stop) : shownAnywhere(log.shownOf(stop));
      const later = { ...stop, left: stop.left + behind };
      return { stop, decision: decide(later, policy, shown, Date.now()) };
    });
  }

  /**
   * How long it is until a tab in the background has to look whether what it knows is still true. Null
   * where there is nothing to look for.
   */
  private _verifyIn(): number | null {
    const { store, log, preferences, visible } = this._options;
    const { reading } = store.state;
    if (visible() || !reading) return null;
    const { stopWarnings, saveBeforeStop } = preferences();
    const { toasts, dialog } = this._policy();
    const thresholds = [
      ...(stopWarnings ? [...toasts, dialog] : []),
      ...(saveBeforeStop ? [SAVE_MS] : []),
    ];
    const waits = untilNews(reading, thresholds, log.missingFrom(reading));
    const pause = VERIFY_PAUSE_MS - (now() - this._verifiedAt) * this._speed;
    return waits.length ? Math.max(0, pause, Math.min(...waits)) : null;
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
    const verifyIn = this._verifyIn();
    const { saveBeforeStop } = this._options.preferences();
    const untilSaving = this._stops().map(({ left }) => left - SAVE_MS);
    const warnings = this._decisions().flatMap(({ stop, decision: { due, nextIn } }) => [
      // What is due in quiet hours is shown after them, if the stop is still ahead.
      ...(due ? [MINUTE_MS] : []),
      ...(nextIn === null ? [] : [nextIn]),
      // What is shown goes when the stop is long over.
      ...(this._shown.has(stop.id) ? [stop.left + FORGET_MS + 1] : []),
    ]);
    const waits = [
      ...warnings,
      ...(verifyIn === null ? [] : [verifyIn]),
      ...(saveBeforeStop ? untilSaving.filter(ms => ms > 0) : []),
    ];
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
    const inStandby = !this._options.visible();
    await Promise.race([this._options.store.read({ inStandby }), late]);
    clearTimeout(timer);
  }

  private get _speed(): number {
    return speedOf(this._options.store.state.reading);
  }

  private _lookIn(ms: number | null): void {
    if (ms === null) return;
    this._timer = setTimeout(
      () => {
        this.look();
      },
      Math.min(Math.max(ms / this._speed, LEAST_MS), MAX_TIMEOUT_MS),
    );
  }

  private readonly _options: StopWarnerOptions;
  /** What is in the window, and outside of it; by the IDs of the stops. */
  private readonly _shown = new Map<string, ShownWarning>();
  private readonly _announced = new Map<string, ShownWarning>();
  private readonly _saved = new SavedStops();
  /** By `now()`. */
  private _verifiedAt = -Infinity;
  private _pause: ReturnType<typeof setTimeout> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _busy = false;
  private _again = false;
}
