import { copyText } from './copy.ts';
import { untilWrittenAnew } from './format.ts';
import { speak, t } from './language.ts';
import css from './panel.css';
import { elapsedSince, type Reading } from './reading.ts';
import type { Source } from './source.ts';
import { patch, unfold, type VNode } from './vdom.ts';
import { announcement } from './view/announcement.ts';
import { COPY, DONE } from './view/parts.ts';
import { regions } from './view/regions.ts';
import type { Shown } from './view/shown.ts';
import { untilNextStop } from './view/timers.ts';

export interface PanelOptions {
  /** A language tag. */
  readonly lang: string;
  /** Names of sections; none for the default ones. */
  readonly sections: readonly string[];
  /** What to show until the source has an answer. */
  readonly first?: Reading | null;
  /** Where to turn when the source turns out not to be there (`absent`). */
  readonly fallback?: Source;
}

/** How often its age is told anew where nothing counts down. */
const AGE_MS = 15_000;
/** A tick falls just behind a countdown's change, so that none is skipped. */
const BEHIND_MS = 20;
const COPIED_MS = 1500;

/**
 * Puts a `<dsw-panel>` into an element, and shows an instance there. While it is in sight it watches
 * its source, and ticks, once a second if a stop is due; a hidden panel does nothing. The element
 * needs no definition: each cell brings its own copy of this module, and a page has room for one.
 */
export function mountPanel(
  element: Element,
  source: Source,
  // The last reading with an instance.
  { lang, sections, first: good = null, fallback }: PanelOptions,
): void {
  const panel = document.createElement('dsw-panel');
  const root = panel.attachShadow({ mode: 'open' });
  let inSight = false;
  let unwatch: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawn: VNode[] = [];
  let meaning = '';
  let spoken = '';

  function shown(): Shown {
    const { reading, trouble, asking } = source.state;
    if (reading?.answer.instance) good = reading;
    const { error = null, source: origin = null } = (reading ?? good)?.answer ?? {};
    return {
      named: sections,
      known: good?.answer.instance ? good.answer : null,
      elapsed: good ? elapsedSince(good) : 0,
      problem: error,
      origin,
      trouble,
      asking,
    };
  }

  /** Shows what is known now, and again when a figure changes. */
  function render(before?: VNode[]): void {
    const now = shown();
    speak(lang);
    drawn = regions(now, before);
    const said = announcement(now);
    if (said !== meaning) {
      // What is there at first is read with the page, not announced on top of it.
      spoken = meaning && said;
      meaning = said;
    }
    patch(root, [
      '',
      // No landmark: a notebook may have many of them.
      ['div.panel', { role: 'group', 'aria-label': t('DSW instance') }, ...drawn],
      ['p.spoken', { role: 'status' }, spoken],
    ]);
    clearTimeout(timer);
    if (!unwatch) return;
    const left = untilNextStop(now);
    timer = setTimeout(
      tick,
      left === null || left < 0 ? AGE_MS : Math.min(AGE_MS, untilWrittenAnew(left) + BEHIND_MS),
    );
  }

  function tick(): void {
    source.heartbeat();
    render(drawn);
  }

  function changed(): void {
    if (source.state.trouble === 'absent' && fallback) look();
    else render();
  }

  /** Watches while there is somebody to see it. */
  function look(): void {
    unwatch?.();
    unwatch = null;
    clearTimeout(timer);
    if (!inSight || document.hidden) return;
    if (source.state.trouble === 'absent' && fallback) [source, fallback] = [fallback, undefined];
    unwatch = source.watch(changed);
    source.heartbeat();
    render();
  }

  async function click(event: Event): Promise<void> {
    const button = (event.target as Element).closest('button');
    if (!button) return;
    const { copy } = button.dataset;
    if (copy === undefined) source.refresh();
    else if (await copyText(copy)) {
      const drawing = button.querySelector('path');
      drawing?.setAttribute('d', DONE);
      setTimeout(() => drawing?.setAttribute('d', COPY), COPIED_MS);
      spoken = t('Copied');
      render(drawn);
    }
  }

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  root.addEventListener('click', event => void click(event));
  // It does not bubble.
  root.addEventListener('toggle', unfold, true);
  panel.lang = lang;
  render();
  element.append(panel);
  // Also tells when the panel is taken out of the page.
  new IntersectionObserver(entries => {
    inSight = entries.some(entry => entry.isIntersecting);
    document[inSight ? 'addEventListener' : 'removeEventListener']('visibilitychange', look);
    look();
  }).observe(panel);
}
