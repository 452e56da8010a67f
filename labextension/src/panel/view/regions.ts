import type { Part, VNode } from '../vdom.ts';
import { details, network } from './details.ts';
import { alerts, foot } from './foot.ts';
import { datasets, disks, snapshots } from './lists.ts';
import { resources } from './resources.ts';
import { shows, type SectionName, type Shown } from './shown.ts';
import { header } from './status.ts';
import { stop } from './stop.ts';

/** What it shows, its element, and the sections of an instance it belongs to. */
type Region = readonly [
  view: (shown: Shown) => Part[],
  kind: string,
  ...sections: readonly SectionName[],
];

/**
 * The parts of a panel, top to bottom. A `half` stands beside another one where there is room; a
 * `live` one changes by itself as time passes.
 */
export const REGIONS: readonly Region[] = [
  [header, 'div.half', 'status'],
  [stop, 'div.half live', 'status', 'timers'],
  [alerts, 'div'],
  [resources, 'div', 'resources'],
  [datasets, 'div.half', 'datasets'],
  [snapshots, 'div.half', 'snapshots'],
  [disks, 'div', 'disks'],
  [network, 'div', 'network'],
  [details, 'div', 'details'],
  [foot, 'div.foot live'],
];

function region([view, kind, ...sections]: Region, shown: Shown): VNode {
  try {
    const wanted = shown.known && sections.some(one => shows(shown, one));
    return [kind, ...(wanted || !sections.length ? view(shown) : [])];
  } catch (error) {
    // An answer that is not as it should be costs its part of the panel, not the panel.
    console.error('jupyter-dsw', error);
    return [kind];
  }
}

/** All regions; of those `before`, the ones that time does not change. */
export function regions(shown: Shown, before?: readonly VNode[]): VNode[] {
  return REGIONS.map((one, place) =>
    before?.[place] && !one[1].includes('live') ? before[place] : region(one, shown),
  );
}
