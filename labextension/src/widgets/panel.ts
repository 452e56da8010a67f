import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { instanceIcon } from '../icons.ts';
import { mountPanel } from '../panel/element.ts';
import type { Source } from '../panel/source.ts';

/** The same `<dsw-panel>` as in cells, for a side panel or a tab. */
export class PanelWidget extends Widget {
  /** `lang` is a language tag. */
  constructor(source: Source, lang: string, trans: TranslationBundle) {
    super();
    this.addClass('jp-dsw-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('DSW instance'));
    // It scrolls, also by keyboard.
    this.node.tabIndex = 0;
    this.title.icon = instanceIcon;
    this.title.caption = trans.__('DSW instance');
    mountPanel(this.node, source, { lang, sections: [] });
  }
}
