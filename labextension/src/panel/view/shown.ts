import type { Instance } from '../instance.ts';
import type { Language } from '../language.ts';
import type { Reading } from '../reading.ts';
import type { Countdowns, Origin, Problem } from '../rest.ts';
import type { Trouble } from '../source.ts';

/** The names that `%dsw_info` takes too. */
export type SectionName =
  'status' | 'datasets' | 'snapshots' | 'timers' | 'resources' | 'disks' | 'network' | 'details';

/** All that a view is made of. */
export interface Shown {
  readonly language: Language;
  /** Sections asked for by name; empty for the default. */
  readonly named: readonly string[];
  /** The last reading with an instance. */
  readonly reading: Reading | null;
  readonly problem: Problem | null;
  readonly trouble: Trouble | null;
  readonly origin: Origin | null;
  readonly asking: boolean;
  /** Monotonic milliseconds. */
  readonly now: number;
}

const DEFAULT: readonly string[] = [
  'status',
  'resources',
  'datasets',
  'snapshots',
  'disks',
  'details',
] satisfies SectionName[];

/** Whether a section is to be shown. */
export function shows({ named }: Shown, section: SectionName): boolean {
  if (named.length === 0) return DEFAULT.includes(section);
  return named.includes(section) || named.includes('all');
}

/** The instance, or nothing of it. */
export function instanceOf({ reading }: Shown): Instance {
  return reading?.answer.instance ?? {};
}

/** The countdowns of an instance that has been read. */
export function countdownsOf({ reading }: Shown): Countdowns | null {
  return reading?.answer.countdowns ?? null;
}
