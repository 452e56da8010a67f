import { mountPanel, now, type DataSource, type DataSourceState } from '../src/panel/index.ts';
import { type Fixture, FIXTURES } from './fixtures.ts';

const query = new URLSearchParams(location.search);
const only = query.get('case');
const lang = query.get('lang') ?? 'en';

document.body.dataset.theme = query.get('theme') ?? '';
document.body.style.width = `${query.get('width') ?? '760'}px`;

/** A source that stands still, until it is given another fixture. */
class StillSource implements DataSource {
  state: DataSourceState = { reading: null, failure: null, requesting: false };
  private readonly watchers = new Set<() => void>();

  constructor(fixture: Fixture) {
    this.give(fixture);
  }

  give({ reading, failure }: Fixture): void {
    const dated = reading && { ...reading, at: now() };
    this.state = { reading: dated, failure: failure ?? null, requesting: false };
    for (const changed of this.watchers) changed();
  }

  watch(changed: () => void): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  refresh(): void {
    // It has nothing newer.
  }

  heartbeat(): void {
    // It sends no request.
  }
}

const sources: StillSource[] = [];
for (const [name, fixture] of Object.entries(FIXTURES)) {
  if (only && only !== name) continue;
  const place = document.createElement('article');
  place.title = name;
  document.querySelector('main')?.append(place);
  const source = new StillSource(fixture);
  sources.push(source);
  const { sections = [], samples } = fixture;
  // The samples stand still, too.
  const usage = samples && {
    get usage() {
      return { samples, between_ms: 60_000, now: '2026-11-23T13:00:20Z', sent: now() };
    },
    watch: () => () => undefined,
  };
  mountPanel(place, source, { lang, sections, usage: usage ?? null });
}

/** Gives all panels another fixture: for tests of what survives a new reading. */
function show(name: string): void {
  const fixture = FIXTURES[name];
  if (!fixture) throw new Error(`no fixture ${name}`);
  for (const source of sources) source.give(fixture);
}

Object.assign(globalThis, { show });
