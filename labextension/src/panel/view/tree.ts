import type { Language } from '../language.ts';
import { h, type Child, type VNode } from '../vdom.ts';
import { link, MOST_ROWS } from './parts.ts';

const MOST_CHARACTERS = 2000;
const DEEPEST = 8;

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether there is anything in a JSON value; `false` and 0 are something. */
export function isEmpty(value: unknown): boolean {
  if (isNested(value)) return Object.values(value).every(isEmpty);
  return value === null || value === undefined || value === '';
}

/** A list of plain values is written one to a line. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value) && !value.some(isNested);
}

function text(value: unknown): Child {
  const all = isPlain(value)
    ? (value as unknown[]).slice(0, MOST_ROWS).join('\n')
    : isNested(value)
      ? JSON.stringify(value)
      : String(value);
  const cut = all.length > MOST_CHARACTERS ? `${all.slice(0, MOST_CHARACTERS)}…` : all;
  return h('bdi.value', {}, link(all, cut));
}

/**
 * Any JSON under its wire names, nested as it is; empty parts left out, long lists and texts cut.
 * Items of arrays are numbered from 0, as in the paths of `redacted`.
 */
export function tree(language: Language, value: object, depth = 0): VNode {
  const filled = Object.entries(value).filter(([, item]) => !isEmpty(item));
  const shown = filled.slice(0, MOST_ROWS).map(([name, item]: [string, unknown]) => {
    const nested = isNested(item) && !isPlain(item) && depth < DEEPEST;
    return h(
      nested ? 'div.group' : 'div.leaf',
      { key: name },
      h('dt', {}, Array.isArray(value) ? `[${name}]` : name),
      h('dd', {}, nested ? tree(language, item, depth + 1) : text(item)),
    );
  });
  const more = filled.length - shown.length;
  return h(
    'dl.tree',
    {},
    ...shown,
    more > 0 ? h('div.more', {}, language.t('and %1 more', more)) : null,
  );
}
