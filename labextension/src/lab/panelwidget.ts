import type { TranslationBundle } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { mountPanel, type DataSource } from '../panel/index.ts';

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
