import { mountPanel } from '../src/panel/element.ts';
import type { Source, SourceState } from '../src/panel/source.ts';
import { FIXTURES, type Fixture } from './fixtures.ts';

const asked = new URLSearchParams(location.search);
const only = asked.get('case');
const lang = asked.get('lang') ?? 'en';

document.body.dataset.theme = asked.get('theme') ?? '';
document.body.style.width = `${asked.get('width') ?? '760'}px`;

/** A source that holds still, until its answer is replaced. */
function still({ answer, trouble }: Fixture): Source {
  const reading = answer && { answer, at: performance.now() };
  const state: SourceState = { reading, trouble: trouble ?? null, asking: false };
  const nothing = () => undefined;
  return {
    state,
    watch: () => nothing,
    refresh: nothing,
    heartbeat: nothing,
  };
}

for (const [name, fixture] of Object.entries(FIXTURES)) {
  if (only && only !== name) continue;
  const place = document.createElement('article');
  place.title = name;
  document.querySelector('main')?.append(place);
  mountPanel(place, still(fixture), { lang, sections: fixture.sections ?? [] });
}
