import type { Reasoned } from '../instance.ts';
import { t } from '../language.ts';
import { safeUrl } from '../links.ts';
import type { Attributes, Part, VNode } from '../vdom.ts';
import type { Shown } from './shown.ts';

/** How many of one list are shown at once; the others are folded behind their number. */
const MOST = 20;

/** Line drawings of 16 × 16. */
export const COPY = 'M2 5h9v9H2zM5 2h9v9';
export const DONE = 'M3 8.5l3.5 3.5L13 4.5';
export const REFRESH = 'M13 8a5 5 0 1 1-2-4l2 2m0-4v4H9';

/** A button with a line drawing; one with `data-copy` copies that, the others refresh. */
export function button(drawing: string, label: string, attributes: Attributes): VNode {
  return [
    'button',
    { title: label, ...attributes },
    ['svg', { viewBox: '0 0 16 16' }, ['path', { d: drawing }]],
  ];
}

export function copyButton(text: string | undefined): Part {
  return text && button(COPY, t('Copy %1', text), { 'data-copy': text });
}

/** A short word in a frame, coloured by a tone. */
export function badge(text: string, tone = ''): VNode {
  return [`span.badge ${tone}`, text];
}

/** A link where the URL is safe, the text alone where it is not. */
export function link(url: string | undefined, text: string): Part {
  const href = safeUrl(url ?? '');
  return href ? ['a', { href, target: '_blank', rel: 'noreferrer' }, text] : text;
}

/** How full something is, 0 to 1. The text beside it says it too. */
export function bar(part: number, tone = ''): VNode {
  return [
    `svg.bar ${tone}`,
    { viewBox: '0 0 1 1', preserveAspectRatio: 'none' },
    ['path', { d: `M0 0H${part}V1H0` }],
  ];
}

/** What there is of some texts, dots between them. */
export function dotted(...texts: readonly (string | false | 0 | null | undefined)[]): string {
  return texts.filter(Boolean).join(' · ');
}

/** Why something failed; only of what did. */
export function reason({ Status, ReasonCode, ReasonMessage }: Reasoned): Part {
  return (
    Status?.endsWith('Failed') && [
      'p.reason',
      dotted(ReasonMessage, ReasonCode) || t('DSW gives no reason.'),
    ]
  );
}

/**
 * A section that lists something; if that is empty, only where sections are asked for by name.
 * `element` is the wire name of the list.
 */
export function list<T>(
  { named, known }: Shown,
  element: string,
  heading: string,
  items: readonly T[],
  row: (item: T) => Part[],
): Part[] {
  if (!items.length && !named.length) return [];
  const beyond = known?.left_out?.[element] ?? 0;
  return [
    ['h3', heading, ['span', String(items.length + beyond)]],
    ...folded(
      items,
      some => [
        'ul',
        // Long lists scroll, also by keyboard.
        { tabindex: some.length > 5 ? '0' : null },
        ...some.map((item): VNode => ['li', ...row(item)]),
      ],
      beyond,
    ),
  ];
}

/**
 * The first items of a list, and the others behind a line that says how many they are. `beyond` them
 * there are so many that are not known.
 */
export function folded<T>(
  items: readonly T[],
  draw: (some: readonly T[]) => VNode,
  beyond = 0,
): Part[] {
  const others = items.slice(MOST);
  const more = others.length + beyond;
  const words = t('and %1 more', more);
  return [
    draw(items.slice(0, MOST)),
    more > beyond ? ['details', ['summary', words], () => draw(others)] : more && ['p.soft', words],
  ];
}

/** A name with a button that copies it, or something else that goes by it. */
export function path(name: Part, copied?: string): VNode {
  return ['span.path', ['bdi', name || '—'], copyButton(copied)];
}
