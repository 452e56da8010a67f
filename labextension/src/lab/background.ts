import type { TranslationBundle } from '@jupyterlab/translation';
import { duration, MINUTE } from '../panel/index.ts';
import type { Stop } from './stops.ts';
import type { CurrentStop } from './stopwarner.ts';

/** Whether a page may show notifications on the desktop; `unsupported`: the browser has none. */
export type DesktopPermission = NotificationPermission | 'unsupported';

/** Rounded down to minutes, as everywhere, as long as nothing ticks. */
export function untilStop({ left }: Stop): string {
  return duration(left >= MINUTE ? Math.floor(left / MINUTE) * MINUTE : left);
}

/** A tick falls just behind a change of the figures, so that none is skipped. */
const BEHIND_MS = 20;

/**
 * Counts down to a stop in the title of the tab, where a person sees it from another tab. JupyterLab's
 * own changes of the title are kept, and it is as JupyterLab wants it again afterwards.
 */
export class TitleCountdown {
  /** `speed`: how many times as fast as real time the stop comes nearer. */
  constructor(trans: TranslationBundle, speed: () => number) {
    this._trans = trans;
    this._speed = speed;
  }

  /** Counts down to this stop from now on; null: no more. */
  readonly show = (current: CurrentStop | null): void => {
    this._current = current;
    this._tick();
  };

  private readonly _tick = (): void => {
    clearTimeout(this._timer);
    const stop = this._current?.() ?? null;
    if (!stop) {
      this._restore();
      return;
    }
    if (this._shown === null) {
      this._own = document.title;
      this._observer.observe(document.head, {
        childList: true,
        subtree: true,
        characterData: true,
      });
    }
    this._write(stop);
    // Browsers let timers of a tab in the background be late: what it shows then is short of seconds.
    const wait = stop.left > 0 ? stop.left % (stop.left > MINUTE ? MINUTE : 1000) : MINUTE;
    this._timer = setTimeout(this._tick, wait / this._speed() + BEHIND_MS);
  };

  private _write(stop: Stop): void {
    const title =
      stop.left > 0
        ? this._trans.__('Stop in %1 · %2', untilStop(stop), this._own)
        : this._trans.__('Stopping · %1', this._own);
    if (document.title !== title) document.title = title;
    // As the browser has it: without spaces at its ends.
    this._shown = document.title;
  }

  /** JupyterLab changed the title. */
  private readonly _follow = (): void => {
    if (this._shown === null || document.title === this._shown) return;
    this._own = document.title;
    this._tick();
  };

  private _restore(): void {
    if (this._shown === null) return;
    this._observer.disconnect();
    // JupyterLab may have changed it just now, before the observer was called.
    if (document.title === this._shown) document.title = this._own;
    this._shown = null;
  }

  private readonly _trans: TranslationBundle;
  private readonly _speed: () => number;
  private readonly _observer = new MutationObserver(this._follow);
  private _current: CurrentStop | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  /** JupyterLab's title. */
  private _own = '';
  /** The title with the countdown; null while there is none. */
  private _shown: string | null = null;
}

/** The notifications of the browser, on the desktop. */
export const desktop = {
  /** What the person has allowed. */
  get permission(): DesktopPermission {
    return 'Notification' in window ? Notification.permission : 'unsupported';
  },

  /** Requests permission; only after a click of the person. */
  async request(): Promise<DesktopPermission> {
    return 'Notification' in window ? await Notification.requestPermission() : 'unsupported';
  },

  /**
   * Shows a notification, if that is allowed; a click on it brings the tab to the front. Returns how to
   * take it away. `tag`: the same for the same notification of two tabs.
   */
  show(title: string, body: string, tag: string): () => void {
    if (this.permission !== 'granted') return () => undefined;
    try {
      // Until the person is back.
      const shown = new Notification(title, { body, tag, requireInteraction: true });
      shown.addEventListener('click', () => {
        window.focus();
        shown.close();
      });
      return () => {
        shown.close();
      };
    } catch {
      // Browsers of phones show them from service workers only.
      return () => undefined;
    }
  },
};
