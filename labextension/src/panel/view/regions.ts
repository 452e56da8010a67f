import type { Child } from '../vdom.ts';
import { datasets } from './datasets.ts';
import { details, network } from './details.ts';
import { disks } from './disks.ts';
import { alerts, foot } from './foot.ts';
import { header } from './header.ts';
import { resources } from './resources.ts';
import type { Shown } from './shown.ts';
import { snapshots } from './snapshots.ts';
import { stop } from './stop.ts';
import { timers } from './timers.ts';

export type View = (shown: Shown) => Child[];

/** The parts of a panel, top to bottom. */
export const REGIONS: readonly (readonly [name: string, view: View])[] = [
  ['header', header],
  ['next', stop],
  ['alerts', alerts],
  ['resources', resources],
  ['timers', timers],
  ['datasets', datasets],
  ['snapshots', snapshots],
  ['disks', disks],
  ['network', network],
  ['rest', details],
  ['foot', foot],
];

/** Those that stand side by side where there is room. */
export const LISTS: ReadonlySet<string> = new Set(['timers', 'datasets', 'snapshots']);

/** Those that change by themselves as time passes. */
export const LIVE: ReadonlySet<string> = new Set(['next', 'timers', 'foot']);
