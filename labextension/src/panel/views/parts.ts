import { html, nothing, type TemplateResult } from 'lit-html';
import { t } from '../i18n.ts';
import { consoleUrl, safeUrl } from '../safety.ts';
import { instanceOf, type ViewModel } from '../viewmodel.ts';

/** A part of the panel; `nothing` where there is nothing to show. Texts go in as texts. */
export type View = TemplateResult | typeof nothing;

/** How many of one list are shown at once; the others are folded behind their number. */
const MOST = 6;

/** Line drawings of 16 × 16. */
const COPY = 'M2 5h9v9H2zM5 2h9v9';
const DONE = 'M3 8.5l3.5 3.5L13 4.5';
const REFRESH = 'M13 8a5 5 0 1 1-2-4l2 2m0-4v4H9';
const LEAVES = 'M6 3h7v7M13 3 4 12';

function icon(drawing: string, name = ''): TemplateResult {
  return html`<svg class=${name} viewBox="0 0 16 16" aria-hidden="true">
    <path d=${drawing}></path>
  </svg>`;
}

/** A button that shows a drawing, and its label to screen readers and the mouse. */
function iconButton(
  label: string,
  view: unknown,
  { copied, action, busy }: { copied?: string; action?: string; busy?: boolean },
): TemplateResult {
  return html`<button
    class="icon"
    type="button"
    title=${label}
    aria-label=${label}
    aria-busy=${busy ?? nothing}
    data-copy=${copied ?? nothing}
    data-action=${action ?? nothing}
  >
    ${view}
  </button>`;
}

/** Copies a text; the drawing changes for a moment once that is done. */
export function copyButton(copied: string | undefined): View {
  if (!copied) return nothing;
  return iconButton(t('Copy %1', copied), [icon(COPY, 'before'), icon(DONE, 'after')], { copied });
}

/** Requests a new reading. */
export function refreshButton(busy: boolean): TemplateResult {
  return iconButton(t('Refresh'), icon(REFRESH), { action: 'refresh', busy });
}

/** A short text in a frame, coloured by a tone. */
export function badge(text: string, tone = ''): TemplateResult {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** A link to another tab where the URL is safe, the text alone where it is not. */
export function link(url: string | null | undefined, text: string): TemplateResult {
  const href = safeUrl(url ?? '');
  if (!href) return html`${text}`;
  return html`<a href=${href} target="_blank" rel="noreferrer" title=${t('Opens a new tab')}
    >${text}${icon(LEAVES, 'leaves')}</a
  >`;
}

/** A link, or nothing where the URL is not safe. */
export function linkOrNothing(url: string | null | undefined, text: string): View {
  return safeUrl(url ?? '') ? link(url, text) : nothing;
}

/** How full something is, 0 to 1. The text next to it has the figure. */
export function bar(part: number, tone = ''): TemplateResult {
  return html`<svg
    class="bar ${tone}"
    viewBox="0 0 1 1"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <path d="M0 0H${part}V1H0"></path>
  </svg>`;
}

/** A text whose moments no line break parts. */
export function unbroken(text: string): TemplateResult {
  const parts = text.split(/(\d{4}-\d\d-\d\d \d\d:\d\d(?: \([^)]*\))?)/);
  // What was captured is at the odd places.
  return html`<span
    >${parts.map((part, place) =>
      place % 2 ? html`<span class="unbroken">${part}</span>` : part,
    )}</span
  >`;
}

/** What there is of some texts, dots between them. */
export function dotted(...texts: readonly (string | false | 0 | null | undefined)[]): string {
  return texts.filter(Boolean).join(' · ');
}

/** Why something failed (null: it did not); where no reason is given, where to look for one. */
export function reason(model: ViewModel, failure: string | null): View {
  if (failure === null) return nothing;
  if (failure) return html`<p class="reason">${failure}</p>`;
  const url = consoleUrl(instanceOf(model), model.source?.region);
  return html`<p class="reason">
    ${t('DSW gives no reason.')} ${link(url, t('See the console'))}
  </p>`;
}

/** A name with a button that copies it, or something else that goes by it. */
export function path(name: unknown, copied?: string): TemplateResult {
  return html`<span class="path"><bdi>${name || '—'}</bdi>${copyButton(copied)}</span>`;
}

/** A part that is folded behind a line, and made only while it is open. */
export function fold(
  { opened }: ViewModel,
  name: string,
  summary: string,
  view: () => View,
): TemplateResult {
  const open = opened.has(name);
  return html`<details data-fold=${name} ?open=${open}>
    <summary>${summary}</summary>
    ${open ? view() : nothing}
  </details>`;
}

/** A fact: its label, its value, what a button next to it copies, and what shows the value. */
export type Fact = readonly [
  label: string,
  value: string | number | undefined,
  copied?: string | undefined,
  view?: View,
];

/** Characters of a value that do not fit next to its label in a narrow panel. */
const LONG = 14;
/** Characters of a value that has a line of its own in every panel. */
const WIDE = 36;
/** Characters that a button takes the place of. */
const BUTTON = 4;

function lengthClass([, value = '', copied]: Fact): string {
  const length = String(value).length + (copied ? BUTTON : 0);
  if (length > WIDE) return 'long wide';
  return length > LONG ? 'long' : '';
}

/** Facts as labels and values, those that are there. */
export function facts(all: readonly Fact[]): View {
  const known = all.filter(([, value]) => value !== '' && value !== undefined);
  if (!known.length) return nothing;
  return html`<dl class="facts">
    ${known.map(fact => {
      const [label, value, copied, view = html`${value}`] = fact;
      return html`<div class=${lengthClass(fact)}>
        <dt>${label}</dt>
        <dd>${path(view, copied)}</dd>
      </div>`;
    })}
  </dl>`;
}

/** What a section lists. */
export interface Listing<T> {
  /** The wire name of the list. */
  readonly element: string;
  readonly heading: string;
  readonly items: readonly T[];
  readonly row: (item: T) => TemplateResult;
}

/** A section that lists something; if that is empty, only where sections are named. */
export function list<T>(model: ViewModel, { element, heading, items, row }: Listing<T>): View {
  if (!items.length && !model.named.length) return nothing;
  // How many there are that are not saved in the notebook.
  const missing = model.known?.left_out?.[element] ?? 0;
  // One more is no higher than the line that it would be folded behind.
  const first = items.length === MOST + 1 && !missing ? items : items.slice(0, MOST);
  const others = items.slice(first.length);
  const more = t('%1 more', others.length + missing);
  const note = missing
    ? html`<p class="soft">${t('%1 of them are not in the saved notebook.', missing)}</p>`
    : nothing;
  const rows = (some: readonly T[]) =>
    html`<ul>
      ${some.map(item => html`<li>${row(item)}</li>`)}
    </ul>`;
  return html`<h3>${heading} <span>${items.length + missing}</span></h3>
    ${rows(first)}
    ${others.length ? fold(model, element, more, () => html`${rows(others)}${note}`) : note}`;
}
