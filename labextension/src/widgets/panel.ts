import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { instanceIcon } from '../icons.ts';
import { mountPanel } from '../panel/element.ts';
import type { Source } from '../panel/source.ts';

/** The same `<dsw-panel>` as in cells, for a side panel or a tab; made when it is first seen. */
export class PanelWidget extends Widget {
  /** `lang` is a language tag. */
  constructor(source: Source, lang: string, trans: TranslationBundle) {
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

  private readonly _source: Source;
  private readonly _lang: string;
  private _unmount: (() => void) | undefined;
}
