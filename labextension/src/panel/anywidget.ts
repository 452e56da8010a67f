import { mountPanel } from './element.ts';
import { keptReading } from './reading.ts';
import { isAnswer } from './rest.ts';
import { kernelSource, type Model } from './sources/kernel.ts';
import { pageSource, publishedPage } from './sources/page.ts';

/**
 * The panel of a cell. In a Jupyter page it asks the server by itself, so that it lives on while
 * the kernel computes; elsewhere, and where the server has no jupyter-dsw, the kernel feeds it.
 */
function render({ model, el }: { model: Model; el: HTMLElement }): void {
  const answer = model.get('answer');
  const tags = [publishedPage()?.language, document.documentElement.lang, navigator.language];
  const kernel = kernelSource(model);
  mountPanel(el, pageSource() ?? kernel, {
    lang: tags.find(Boolean) ?? '',
    sections: model.get('sections') as string[],
    first: isAnswer(answer) ? keptReading(answer) : null,
    fallback: kernel,
  });
}

export default { render };
