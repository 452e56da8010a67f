import type { Language } from '../language.ts';
import { safeUrl } from '../links.ts';
import { h, type Child, type VNode } from '../vdom.ts';

/** Rows of one list that are rendered; the others are counted. */
export const MOST_ROWS = 100;

const ICONS = {
  copy: 'M6 2h6a2 2 0 0 1 2 2v6M4 5h5a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z',
  done: 'M3 8.5l3.5 3.5L13 4.5',
  refresh: 'M13.5 8A5.5 5.5 0 1 1 11.6 3.8L13.5 5.5M13.5 2v3.5H10',
};

/** A line drawing in the colour of the text around it. */
export function icon(name: keyof typeof ICONS): VNode {
  return h('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, h('path', { d: ICONS[name] }));
}

/** A short word in a frame; `tone` colours it. */
export function badge(text: string, tone = '', title: string | null = null): VNode {
  return h('span.badge', { 'data-tone': tone, title }, text);
}

/** A button that copies `text`. */
export function copyButton({ t }: Language, text: string): VNode {
  const label = t('Copy %1', text);
  return h(
    'button.icon',
    { type: 'button', 'data-copy': text, 'aria-label': label, title: label },
    icon('copy'),
    icon('done'),
  );
}

/** A link where the URL is safe, the text alone where it is not. */
export function link(url: string | undefined, text: string): Child {
  const href = safeUrl(url ?? '');
  return href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text) : text;
}

/** A text by itself, whatever its direction. */
export function bdi(kind: string, text: string, title: string | null = null): VNode {
  return h(`bdi.${kind}`, { title }, text);
}

/** A section: its heading, how many things it lists, and the things. */
export function section(heading: string, count: number | null, ...content: Child[]): Child[] {
  const counted = count === null ? null : h('span.count', {}, String(count));
  return [h('h3', {}, heading, counted), ...content];
}

/** The rows of a list, the first hundred of them. */
export function rows<T>({ t }: Language, items: readonly T[], row: (item: T) => VNode): VNode {
  const shown = items.slice(0, MOST_ROWS).map(row);
  const more = items.length - shown.length;
  return h(
    'ul',
    // Long lists scroll, also by keyboard.
    { tabindex: items.length > 5 ? 0 : null },
    ...shown,
    more > 0 ? h('li.more', {}, t('and %1 more', more)) : null,
  );
}
