import type { Problem, Source } from './contract.ts';
import type { Instance } from './elements.ts';
import {
  type DataSourceState,
  type DatedReading,
  elapsedSince,
  type FailureKind,
} from './reading.ts';
import { cleanReading } from './safety.ts';

/** All that a view is made of. */
export interface ViewModel {
  /** Sections that are named; empty for the default. */
  readonly named: readonly string[];
  /** The last reading with an instance. */
  readonly known: DatedReading | null;
  /** Milliseconds since that came, by the instance's time. */
  readonly elapsed: number;
  readonly problem: Problem | null;
  readonly failure: FailureKind | null;
  readonly source: Source | null;
  readonly requesting: boolean;
  /** Whether a person's last refresh brought nothing new. */
  readonly nothingNewer: boolean;
  /** The names of the folded parts that are open. */
  readonly opened: ReadonlySet<string>;
}

const NONE_OPENED: ReadonlySet<string> = new Set();

/** The names that `%dsw_info` takes too. */
export type SectionName =
  'status' | 'datasets' | 'snapshots' | 'timers' | 'resources' | 'disks' | 'network' | 'details';

/** Whether a section is to be shown: by default all but `network`. */
export function shows({ named }: ViewModel, section: SectionName): boolean {
  return named.length ? named.includes(section) || named.includes('all') : section !== 'network';
}

/** The instance, or nothing of it. */
export function instanceOf({ known }: ViewModel): Instance {
  return known?.instance ?? {};
}

/** What a panel remembers from one update to the next. */
export interface Remembered {
  readonly named?: readonly string[];
  readonly opened?: ReadonlySet<string>;
  /** The last reading with an instance. */
  readonly known?: DatedReading | null;
}

/** What there is to show of a data source's state now. */
export function viewModelOf(
  { reading: received, failure, requesting, nothingNewer = false }: DataSourceState,
  { named = [], known: before = null, opened = NONE_OPENED }: Remembered = {},
): ViewModel {
  const reading = cleanReading(received) ?? before;
  const known = [reading, before].find(one => one?.instance) ?? null;
  return {
    named,
    known,
    elapsed: known ? elapsedSince(known) : 0,
    problem: reading?.error ?? null,
    source: reading?.source ?? null,
    failure,
    requesting,
    nothingNewer,
    opened,
  };
}
