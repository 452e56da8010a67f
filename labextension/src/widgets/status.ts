import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { nextStop, type Stop } from '../countdown.ts';
import type { Instance } from '../panel/instance.ts';
import { wrong } from '../panel/view/problem.ts';
import { tone } from '../panel/view/statuses.ts';
import type { Preferences } from '../preferences.ts';
import { shownOf } from '../shown.ts';
import type { IInstanceStore } from '../tokens.ts';
import { statusOf, Words } from '../words.ts';

export interface StatusOptions {
  readonly store: IInstanceStore;
  readonly preferences: () => Preferences;
  readonly trans: TranslationBundle;
  /** What a click does. */
  readonly open: () => void;
}

const MINUTE_MS = 60_000;
/** A tick falls just behind a change of second, so that none is skipped. */
const BEHIND_MS = 20;

/** How near a stop is, by the thresholds of the warnings: `bad` is the nearest. */
export function nearness(left: number, { toastMinutes, dialogMinutes }: Preferences): string {
  if (left <= dialogMinutes * MINUTE_MS) return 'bad';
  return left <= Math.max(0, ...toastMinutes) * MINUTE_MS ? 'warn' : '';
}

/** Status and time to the next stop, in the status bar; a button that opens the panel. */
export class StatusWidget extends Widget {
  constructor(options: StatusOptions) {
    super();
    this._options = options;
    this._words = new Words(options.trans);
    this.addClass('jp-dsw-Status');
    this._button.type = 'button';
    this._button.append(this._dot, this._text);
    this._button.addEventListener('click', options.open);
    this._spoken.setAttribute('role', 'status');
    this._spoken.setAttribute('aria-live', 'polite');
    this._spoken.className = 'jp-dsw-spoken';
    this.node.append(this._button, this._spoken);
    this._unwatch = options.store.watch(() => {
      this.tick();
    });
    this.tick();
  }

  /** Stops ticking. */
  override dispose(): void {
    this._unwatch();
    clearTimeout(this._timer);
    super.dispose();
  }

  /** Shows what is known now, and again when a figure changes. */
  readonly tick = (): void => {
    clearTimeout(this._timer);
    if (this.isDisposed) return;
    const { store } = this._options;
    const stop = nextStop(store.state.reading);
    this._show(stop);
    if (document.hidden) return;
    const step = stop && stop.left < 11 * MINUTE_MS ? 1000 : MINUTE_MS;
    const left = stop ? ((stop.left % step) + step) % step : step;
    this._timer = setTimeout(this._beat, (left || step) + BEHIND_MS);
  };

  private readonly _beat = (): void => {
    this._options.store.heartbeat();
    this.tick();
  };

  private _show(stop: Stop | null): void {
    const { store, preferences } = this._options;
    const { state } = store;
    const { statusBar } = preferences();
    const { Status } = (state.reading?.answer.instance ?? {}) as Instance;
    const trouble = wrong(shownOf(state));
    const near = stop && !trouble ? nearness(stop.left, preferences()) : '';
    this.setHidden(statusBar === 'off' || state.trouble === 'absent');
    this._button.className = `jp-dsw-Status-button jp-dsw-${trouble ? 'bad' : near}`;
    this._dot.className = `jp-dsw-dot jp-dsw-${trouble ? 'bad' : near || tone(Status)}`;
    const status = trouble ? this._words.trouble(state) : statusOf(state.reading);
    const countdown = stop && state.trouble === null ? this._words.untilStop(stop) : '';
    const parts = {
      both: [status, countdown],
      // Without a countdown there is nothing but the status to show.
      countdown: [countdown && !trouble ? countdown : status],
      status: [status],
      off: [],
    }[statusBar];
    setText(this._text, this._words.told(parts.filter(Boolean).join(' · '), state.reading));
    this._button.title = this._words.why(state);
    this._say(state.reading || trouble ? `${status} ${near}` : '', () =>
      [status, stop && near && this._words.nearing(stop)].filter(Boolean).join(', '),
    );
  }

  /** Announces a meaning that is new; what ticks has no part in it. */
  private _say(meaning: string, words: () => string): void {
    // What is there at first is read with the page, not announced on top of it.
    if (meaning !== this._meaning && this._meaning) setText(this._spoken, words());
    this._meaning = meaning;
  }

  private readonly _options: StatusOptions;
  private readonly _words: Words;
  private readonly _button = document.createElement('button');
  private readonly _dot = document.createElement('span');
  private readonly _text = document.createElement('span');
  private readonly _spoken = document.createElement('span');
  private readonly _unwatch: () => void;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _meaning = '';
}

function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
