import { t } from '../language.ts';
import type { Part, VNode } from '../vdom.ts';
import { folded, link } from './parts.ts';
import { instanceOf, type Shown } from './shown.ts';

/** Elements that have a place elsewhere in the panel, all of them. */
const ELSEWHERE =
  /^(InstanceId|(Instance|Image|Workspace)Name|(Instance|Image|Jupyterlab|WebIDE|Terminal)Url|Status|EcsSpec|RequestedResource|Driver|PaymentType|AccumulatedRunningTimeInMs)$/;
const NETWORK = /^(UserVpc|PodIps|ProxyPath)$/;

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether there is nothing in a JSON value; `false` and 0 are something. */
function isEmpty(value: unknown): boolean {
  return isNested(value)
    ? Object.values(value).every(isEmpty)
    : value === null || value === undefined || value === '';
}

/** A value by itself, a list of plain ones one to a line. */
function leaf(value: unknown): VNode {
  const text = [value].flat().join('\n');
  return ['dd', ['bdi', link(text, text)]];
}

/**
 * Any JSON under its wire names, nested as it is, empty parts left out. Items of arrays are numbered
 * from 0, as in the paths of `redacted`.
 */
function tree(value: object, wanted?: (name: string) => boolean): Part[] {
  const filled = Object.entries(value).filter(
    ([name, item]) => (wanted?.(name) ?? true) && !isEmpty(item),
  );
  const draw = (some: readonly [string, unknown][]): VNode => [
    'dl.tree',
    ...some.map(([name, item]): VNode => {
      const nested = isNested(item) && (!Array.isArray(item) || item.some(isNested));
      return [
        nested ? 'div' : 'div.leaf',
        ['dt', Array.isArray(value) ? `[${name}]` : name],
        nested ? ['dd', ...tree(item)] : leaf(item),
      ];
    }),
  ];
  // The instance has more elements than that; their names are known.
  return wanted ? [draw(filled)] : folded(filled, draw);
}

/** The elements about the network, under their wire names. */
export function network(shown: Shown): Part[] {
  return [['h3', t('Network')], ...tree(instanceOf(shown), name => NETWORK.test(name))];
}

/** The rest of the answer, folded unless asked for by name; what was removed is named. */
export function details(shown: Shown): Part[] {
  const redacted = shown.known?.redacted ?? [];
  return [
    [
      'details',
      { open: shown.named.includes('details') ? '' : null },
      ['summary', t('Details')],
      () => ['div', ...tree(instanceOf(shown), name => !ELSEWHERE.test(name))],
      redacted.length && ['p.soft', t('Left out as secret: %1', redacted.join(', '))],
    ],
  ];
}
