import { render } from 'lit-html';
import { ChartReader } from './chartreader.ts';
import { setLanguage, t, untilTextChanges } from './i18n.ts';
import type { Reading } from './contract.ts';
import { type DataSource, isReading, speedOf, storedReading } from './reading.ts';
import { cleanReading } from './safety.ts';
import { announce, announcement, announceState, prepareToAnnounce } from './screenreader.ts';
import { untilNextStop } from './stops.ts';
import { serverUsage, type UsageSource } from './usage.ts';
import { shows, viewModelOf } from './viewmodel.ts';
import { panel } from './views/panel.ts';
import css from './panel.css';

/** Copies a text; also where the clipboard API is missing, as on plain http. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  addEventListener('copy', put, { capture: true });
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without the API
    return document.execCommand('copy');
  } finally {
    // A browser that refuses the command raises no event: the person's own next copy is not ours.
    removeEventListener('copy', put, { capture: true });
  }
}

export interface PanelOptions {
  /** A language tag. */
  readonly lang: string;
  /** Names of sections; none for the default ones. */
  readonly sections: readonly string[];
  /** What a notebook saved, to show until the data source has a reading. */
  readonly saved?: Reading | null;
  /** Which one to use where the data source turns out not to be there (`absent`). */
  readonly fallback?: DataSource;
  /** Where the chart's samples are from: the Jupyter server by default; null for no chart. */
  readonly usage?: UsageSource | null;
}

/** How often the age of a reading is shown anew where nothing counts down. */
const AGE_MS = 15_000;
/** A tick falls just behind a countdown's change, so that none is skipped. */
const BEHIND_MS = 20;
const COPIED_MS = 1500;

/**
 * Puts a `<dsw-panel>` into an element, and shows an instance there, until what is returned is called.
 * While it is in sight it watches its data source, and ticks whenever a figure changes; a hidden panel does
 * nothing. The element needs no definition: each cell brings its own copy of this module, and a
 * document can define one only.
 */
export function mountPanel(
  element: Element,
  dataSource: DataSource,
  { lang, sections, saved: stored = null, fallback, usage = serverUsage() }: PanelOptions,
): () => void {
  const host = document.createElement('dsw-panel');
  const root = host.attachShadow({ mode: 'open' });
  /** The last reading with an instance. */
  let known = cleanReading(isReading(stored) ? storedReading(stored) : null);
  const saved = known;
  let opened: ReadonlySet<string> = new Set(sections.includes('details') ? ['details'] : []);
  let inSight = false;
  let unwatch: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let meaning = '';
  /** Whether readings are from where the samples are: not from a kernel in place of a server. */
  let served = true;
  const chart = new ChartReader(root, shows({ named: sections }, 'usage') ? usage : null, show);

  /** Shows what is known now, and again when a figure changes. */
  function show(): void {
    const { usage, pointed } = chart;
    const state = dataSource.state;
    const model = viewModelOf(state, { named: sections, known, saved, opened, usage, pointed });
    // Until there is an instance, the first reading has what failed.
    known = model.known ?? known;
    setLanguage(lang);
    render(panel(model), root);
    // A person who may not read the instance, or a server without it, has no samples either.
    chart.look(served && unwatch !== null && Boolean(state.reading?.instance));
    const news = announcement(model);
    if (news.text && news.meaning !== meaning) {
      // What is there at first is read with the document, not announced on top of it.
      announceState(news.meaning, meaning && news.text);
      meaning = news.meaning;
    }
    clearTimeout(timer);
    if (!unwatch) return;
    const left = untilNextStop(model) ?? -1;
    const wait = left < 0 ? AGE_MS : untilTextChanges(left) / speedOf(known) + BEHIND_MS;
    timer = setTimeout(tick, Math.min(AGE_MS, wait));
  }

  function tick(): void {
    dataSource.heartbeat();
    show();
  }

  function changed(): void {
    if (dataSource.state.failure === 'absent' && fallback) look();
    else show();
  }

  /** Watches while there is somebody to see it. */
  function look(): void {
    unwatch?.();
    unwatch = null;
    clearTimeout(timer);
    if (!inSight || document.hidden) {
      chart.look(false);
      return;
    }
    if (dataSource.state.failure === 'absent' && fallback) {
      [dataSource, fallback] = [fallback, undefined];
      served = false;
    }
    unwatch = dataSource.watch(changed);
    dataSource.heartbeat();
    show();
  }

  function setInSight(value: boolean): void {
    inSight = value;
    if (value) document.addEventListener('visibilitychange', look);
    else document.removeEventListener('visibilitychange', look);
    look();
  }

  async function copy(text: string, button: Element): Promise<void> {
    if (!(await copyText(text))) return;
    button.classList.add('copied');
    setTimeout(() => {
      button.classList.remove('copied');
    }, COPIED_MS);
    setLanguage(lang);
    announce(t('Copied'));
  }

  function click(event: Event): void {
    const button = (event.target as Element).closest('button');
    const { copy: text, action } = button?.dataset ?? {};
    if (!button) return;
    if (action === 'refresh') dataSource.refresh();
    else if (action === 'copy-json') {
      void copy(JSON.stringify(known?.instance, null, 2), button);
    } else if (text) void copy(text, button);
  }

  /** Remembers which folded parts are open: what is in one is made only then. */
  function toggle({ target }: Event): void {
    const { open, dataset } = target as HTMLDetailsElement;
    const name = dataset.fold ?? '';
    if (open === opened.has(name)) return;
    opened = new Set(open ? [...opened, name] : [...opened].filter(one => one !== name));
    show();
  }

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  root.addEventListener('click', click);
  // It does not bubble.
  root.addEventListener('toggle', toggle, true);
  host.lang = lang;
  prepareToAnnounce();
  show();
  element.append(host);
  // Also reports that the panel is taken out of the document. Of several entries the last one counts.
  const observer = new IntersectionObserver(entries => {
    setInSight(entries[entries.length - 1]?.isIntersecting ?? false);
  });
  observer.observe(host);
  return () => {
    observer.disconnect();
    setInSight(false);
    host.remove();
  };
}
