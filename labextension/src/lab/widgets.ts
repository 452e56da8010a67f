import type { TranslationBundle } from '@jupyterlab/translation';
import type { IRenderMime } from '@jupyterlab/rendermime';
import { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import {
  announcement,
  announceState,
  type DataSource,
  mountPanel,
  type PanelOptions,
  prepareToAnnounce,
  type Reading,
  t,
  viewModelOf,
} from '../panel/index.ts';
import { statusBarView } from './statusbar.ts';
import type { IInstanceStore, Preferences } from './tokens.ts';

// No `fill` next to the class: JupyterLab's themes would fill the drawing.
const svg = (drawing: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24" fill="none"><g class="jp-icon3" stroke="#616161" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${drawing}</g></svg>`;

/** An instance, and the time that it has. */
export const instanceIcon = new LabIcon({
  name: 'jupyter-dsw:instance',
  svgstr: svg(
    '<path d="M20 9V5a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v5a1 1 0 0 0 1 1h6M4 14v5a1 1 0 0 0 1 1h4M8 7.5h.01"/><circle cx="16.500" cy="16.500" r="5"/><path d="M16.500 14v2.500l1.700 1.300"/>',
  ),
});

/** The same `<dsw-panel>` as in cells, for a side panel or a tab; made when it is first seen. */
export class PanelWidget extends Widget {
  /** `lang` is a language tag. */
  constructor(source: DataSource, lang: string, trans: TranslationBundle) {
    super();
    this._source = source;
    this._lang = lang;
    this.addClass('jp-dsw-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('DSW instance'));
    // It scrolls, also by keyboard.
    this.node.tabIndex = 0;
    this.title.icon = instanceIcon;
    this.title.caption = trans.__('DSW instance');
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) this._mount();
  }

  protected override onBeforeShow(message: Message): void {
    super.onBeforeShow(message);
    this._mount();
  }

  /** Frees the panel with it. */
  override dispose(): void {
    this._unmount?.();
    super.dispose();
  }

  /** Moves the focus into the panel: it scrolls by keyboard, and its buttons are next. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.focus();
  }

  private _mount(): void {
    if (this.node.firstChild) return;
    this._unmount = mountPanel(this.node, this._source, { lang: this._lang, sections: [] });
  }

  private readonly _source: DataSource;
  private readonly _lang: string;
  private _unmount: (() => void) | undefined;
}

/** What `%dsw_info` puts into a cell's output: output.py has the same. */
interface Output {
  readonly reading: Reading;
  /** Names of sections; none for the default ones. */
  readonly sections: readonly string[];
}

/** The panel as the output of a cell. It needs no kernel: it shows what the store knows. */
export class OutputRenderer extends Widget implements IRenderMime.IRenderer {
  /** `lang` is a language tag. */
  constructor(mimeType: string, source: DataSource, lang: string) {
    super();
    this._mimeType = mimeType;
    this._source = source;
    this._lang = lang;
    this.addClass('jp-dsw-Output');
  }

  /** Shows the output, again when it was updated. Whoever wrote the notebook may have written it. */
  renderModel({ data }: IRenderMime.IMimeModel): Promise<void> {
    const output = data[this._mimeType] as unknown as Partial<Output> | null;
    const { reading: saved, sections } = output ?? {};
    const mount = (part: Partial<PanelOptions>) => {
      this._unmount?.();
      this._unmount = mountPanel(this.node, this._source, {
        lang: this._lang,
        sections: Array.isArray(sections) ? sections : [],
        ...part,
      });
    };
    try {
      mount(saved ? { saved } : {});
    } catch (error) {
      // It is not what jupyter-dsw saves: the live instance can be shown all the same.
      console.error('jupyter-dsw', error);
      mount({});
    }
    return Promise.resolve();
  }

  /** Frees the panel with it. */
  override dispose(): void {
    this._unmount?.();
    super.dispose();
  }

  private readonly _mimeType: string;
  private readonly _source: DataSource;
  private readonly _lang: string;
  private _unmount: (() => void) | undefined;
}

export interface StatusItemOptions {
  readonly store: IInstanceStore;
  readonly preferences: () => Preferences;
  /** What a click does. */
  readonly open: () => void;
}

/** How often to look where nothing ticks. */
const REST_MS = 60_000;
/** At a speed more often is not seen. */
const LEAST_MS = 100;
/** A tick falls just behind a change, so that none is skipped. */
const BEHIND_MS = 20;

/** Status and time to the next stop, in the status bar; a button that opens the panel. */
export class StatusItem extends Widget {
  constructor(options: StatusItemOptions) {
    super();
    this._options = options;
    this.addClass('jp-dsw-Status');
    this._button.type = 'button';
    this._dot.className = 'jp-dsw-dot';
    this._badge.className = 'jp-dsw-badge';
    this._badge.textContent = t('simulated');
    this._button.append(this._dot, this._text, this._badge);
    this._button.addEventListener('click', options.open);
    this.node.append(this._button);
    prepareToAnnounce();
    this._unwatch = options.store.watch(() => {
      this.tick();
    });
    this.tick();
  }

  /** Whether there is something to show. JupyterLab's status bar hides the item where there is not. */
  get isActive(): boolean {
    return this._isActive;
  }

  /** Emitted when that changes. */
  get activeStateChanged(): ISignal<this, void> {
    return this._activeStateChanged;
  }

  /** Stops ticking. */
  override dispose(): void {
    this._unwatch();
    clearTimeout(this._timer);
    Signal.clearData(this);
    super.dispose();
  }

  /** Shows what is known now, and again when a figure changes. */
  readonly tick = (): void => {
    clearTimeout(this._timer);
    if (this.isDisposed) return;
    const nextIn = this._show();
    if (document.hidden) return;
    const wait = Math.max(LEAST_MS, nextIn ?? REST_MS);
    this._timer = setTimeout(this._beat, Math.min(REST_MS, wait) + BEHIND_MS);
  };

  private readonly _beat = (): void => {
    this._options.store.heartbeat();
    this.tick();
  };

  private _show(): number | null {
    const { state } = this._options.store;
    const view = statusBarView(state, this._options.preferences());
    this._setActive(view.text !== '');
    this._button.className = `jp-dsw-Status-button jp-dsw-${view.urgency}`;
    this._dot.className = `jp-dsw-dot jp-dsw-${view.tone}`;
    setText(this._text, view.text);
    this._badge.hidden = !view.simulated;
    this._button.title = view.tooltip;
    this._announce();
    return view.nextIn;
  }

  private _setActive(value: boolean): void {
    if (value === this._isActive) return;
    this._isActive = value;
    this._activeStateChanged.emit();
  }

  /** Announces a meaning that is new; what ticks has no part in it. */
  private _announce(): void {
    const { meaning, text } = announcement(viewModelOf(this._options.store.state));
    if (!text || meaning === this._meaning) return;
    // What is there at first is read with the document, not announced on top of it.
    announceState(meaning, this._meaning && text);
    this._meaning = meaning;
  }

  private readonly _options: StatusItemOptions;
  private readonly _button = document.createElement('button');
  private readonly _dot = document.createElement('span');
  private readonly _text = document.createElement('span');
  private readonly _badge = document.createElement('span');
  private readonly _unwatch: () => void;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _meaning = '';
  private _isActive = false;
  private readonly _activeStateChanged = new Signal<this, void>(this);
}

function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
