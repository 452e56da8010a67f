import catalogue from 'dsw-catalogue';
import { browserClock } from './clock.ts';
import { mountPanel } from './element.ts';
import { languageOf } from './language.ts';
import { keptReading } from './reading.ts';
import { answerOf, kernelSource, type Model } from './sources/kernel.ts';
import { pageSource, publishedPage } from './sources/page.ts';

function displayLanguage(): string {
  const tags = [publishedPage()?.language, document.documentElement.lang, navigator.language];
  return tags.find(Boolean) ?? 'en';
}

/**
 * The panel of a cell. In a Jupyter page it asks the server by itself, so that it lives on while
 * the kernel computes; elsewhere, and where the server has no jupyter-dsw, the kernel feeds it.
 */
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const answer = answerOf(model);
  const sections = model.get('sections');
  const kernel = kernelSource(model);
  return mountPanel(el, pageSource() ?? kernel, {
    language: languageOf(displayLanguage(), catalogue),
    sections: Array.isArray(sections) ? sections.map(String) : [],
    first: answer && keptReading(answer, browserClock),
    fallback: kernel,
  });
}

export default { render };
