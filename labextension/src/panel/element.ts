import { browserClock } from './clock.ts';
import { copyText } from './copy.ts';
import type { Language } from './language.ts';
import type { Reading } from './reading.ts';
import type { Source, Watch } from './source.ts';
import css from './panel.css';
import { patch } from './vdom.ts';
import { announcement } from './view/announcement.ts';
import { LISTS, LIVE, REGIONS, type View } from './view/regions.ts';
import type { Shown } from './view/shown.ts';
import { untilNextStop } from './view/stops.ts';

export interface PanelOptions {
  readonly language: Language;
  /** Names of sections; none for the default ones. */
  readonly sections?: readonly string[];
  /** What to show until the source has an answer. */
  readonly first?: Reading | null;
  /** Where to turn when the source turns out not to be there (`absent`). */
  readonly fallback?: Source | null;
}

const TAG = 'dsw-panel';
/** A tick falls just behind a countdown's change of second, so that none is skipped. */
const BEHIND_MS = 20;

/**
 * Shows an instance. It watches its source while it is connected and in sight, and ticks once a
 * second meanwhile; a hidden panel does nothing.
 */
class DswPanel extends HTMLElement {
  readonly #regions = new Map<string, HTMLElement>();
  readonly #panel = document.createElement('div');
  readonly #status = document.createElement('p');
  readonly #seen = new IntersectionObserver(entries => {
    this.#intersects = entries.some(entry => entry.isIntersecting);
    this.#updateVisible();
  });
  readonly #onVisibility = () => {
    this.#updateVisible();
  };
  #source: Source | null = null;
  #options: PanelOptions | null = null;
  #watch: Watch | null = null;
  #good: Reading | null = null;
  #meaning: string | null = null;
  #intersects = false;
  #visible = false;
  #cancelTick: (() => void) | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    this.#layOut();
    this.#status.className = 'spoken';
    this.#status.setAttribute('role', 'status');
    root.append(this.#panel, this.#status);
    root.addEventListener('click', event => void this.#click(event));
  }

  #layOut(): void {
    this.#panel.className = 'panel';
    // No landmark: a notebook may have many of them.
    this.#panel.setAttribute('role', 'group');
    const lists = document.createElement('div');
    lists.className = 'lists';
    for (const [name] of REGIONS) {
      const region = document.createElement('div');
      region.className = `region ${name}`;
      this.#regions.set(name, region);
      (LISTS.has(name) ? lists : this.#panel).append(region);
      if (name === 'resources') this.#panel.append(lists);
    }
  }

  /** Shows what a source brings, from now on. */
  show(source: Source, options: PanelOptions): void {
    this.#stopWatching();
    this.#source = source;
    this.#options = options;
    this.#good ??= options.first ?? null;
    this.#panel.lang = options.language.code;
    this.#panel.setAttribute('aria-label', options.language.t('DSW instance'));
    if (this.isConnected) this.connectedCallback();
  }

  connectedCallback(): void {
    this.#seen.observe(this);
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#watch ??=
      this.#source?.watch(() => {
        this.#changed();
      }) ?? null;
    this.#changed();
    this.#updateVisible();
  }

  disconnectedCallback(): void {
    this.#seen.disconnect();
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#intersects = false;
    this.#updateVisible();
    this.#stopWatching();
  }

  #stopWatching(): void {
    this.#watch?.stop();
    this.#watch = null;
  }

  #updateVisible(): void {
    this.#visible = this.#intersects && !document.hidden;
    this.#watch?.setVisible(this.#visible);
    this.#tick();
  }

  #tick(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    if (!this.#visible) return;
    this.#source?.heartbeat();
    const shown = this.#shown();
    if (!shown) return;
    this.#render(shown, LIVE);
    const left = untilNextStop(shown) ?? 0;
    const second = left > 0 ? left % 1000 : 1000;
    this.#cancelTick = browserClock.after(second + BEHIND_MS, () => {
      this.#tick();
    });
  }

  #changed(): void {
    const state = this.#source?.state;
    const fallback = this.#options?.fallback;
    if (state?.trouble === 'absent' && fallback && this.#options) {
      this.show(fallback, { ...this.#options, fallback: null });
      return;
    }
    if (state?.reading?.answer.instance) this.#good = state.reading;
    const shown = this.#shown();
    if (shown) this.#render(shown);
  }

  #shown(): Shown | null {
    if (!this.#source || !this.#options) return null;
    const { state } = this.#source;
    const latest = (state.reading ?? this.#good)?.answer;
    return {
      language: this.#options.language,
      named: this.#options.sections ?? [],
      reading: this.#good?.answer.instance ? this.#good : null,
      problem: latest?.error ?? null,
      trouble: state.trouble,
      origin: latest?.source ?? null,
      asking: state.asking,
      now: browserClock.now(),
    };
  }

  #render(shown: Shown, only?: ReadonlySet<string>): void {
    for (const [name, view] of REGIONS) {
      const region = this.#regions.get(name);
      if (region && (!only || only.has(name))) renderRegion(region, view, shown);
    }
    this.#announce(shown);
  }

  #announce(shown: Shown): void {
    const [meaning, text] = announcement(shown);
    if (meaning === this.#meaning) return;
    // What is there at first is read with the page, not announced on top of it.
    if (this.#meaning !== null) this.#status.textContent = text;
    this.#meaning = meaning;
  }

  async #click(event: Event): Promise<void> {
    const button = (event.target as Element).closest('button');
    if (!button) return;
    if (button.dataset.refresh !== undefined) this.#source?.refresh();
    const copied = button.dataset.copy;
    if (copied === undefined || !(await copyText(copied))) return;
    button.dataset.copied = '';
    this.#status.textContent = this.#options?.language.t('Copied') ?? '';
    setTimeout(() => {
      delete button.dataset.copied;
    }, 1500);
  }
}

/** An answer that is not as it should be costs its part of the panel, not the panel. */
function renderRegion(region: Element, view: View, shown: Shown): void {
  try {
    patch(region, view(shown));
  } catch (error) {
    console.error('jupyter-dsw: a part of the panel cannot be shown', error);
  }
}

/**
 * Puts a `<dsw-panel>` into an element; returns what takes it out again. Each cell brings its own
 * copy of this module, and a page can define an element only once: the first copy's is used.
 */
export function mountPanel(element: Element, source: Source, options: PanelOptions): () => void {
  if (!customElements.get(TAG)) customElements.define(TAG, DswPanel);
  const panel = document.createElement(TAG) as HTMLElement & { show: DswPanel['show'] };
  panel.show(source, options);
  element.append(panel);
  return () => {
    panel.remove();
  };
}
