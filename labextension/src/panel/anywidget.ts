import { mountPanel } from './element.ts';
import { keptReading } from './reading.ts';
import { isAnswer } from './rest.ts';
import type { Source } from './source.ts';
import { kernelSource, type Model } from './sources/kernel.ts';
import { pageSource, publishedPage } from './sources/page.ts';

/** What anywidget calls: `initialize` once a model, `render` for each view of it. */
export interface CellWidget {
  initialize(context: { model: Model }): void;
  /** What it returns frees the view. */
  render(context: { model: Model; el: HTMLElement }): () => void;
}

/**
 * The panel of a cell. In a Jupyter page it asks the server by itself, so that it lives on while
 * the kernel computes; elsewhere, and where the server has no jupyter-dsw, the kernel feeds it.
 *
 * anywidget calls this function once a model. Each view gets another proxy of the model, whose
 * listeners end with that view; the one of `initialize` lasts as long as the model. So all views share
 * the source that is made there.
 */
export default function cellWidget(): CellWidget {
  let kernel: Source | undefined;
  return {
    initialize({ model }) {
      kernel = kernelSource(model);
    },
    render({ model, el }) {
      const answer = model.get('answer');
      const tags = [publishedPage()?.language, document.documentElement.lang, navigator.language];
      kernel ??= kernelSource(model);
      return mountPanel(el, pageSource() ?? kernel, {
        lang: tags.find(Boolean) ?? '',
        sections: model.get('sections') as string[],
        first: isAnswer(answer) ? keptReading(answer) : null,
        fallback: kernel,
      });
    },
  };
}
