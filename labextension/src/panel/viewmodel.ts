import type { Instance, Origin, Problem } from './contract.ts';
import type { SourceState, Trouble } from './datasource.ts';
import { elapsedSince, type KeptAnswer } from './reading.ts';
import { cleanReading } from './safety.ts';

/** All that a view is made of. */
export interface Shown {
  /** Sections asked for by name; empty for the default. */
  readonly named: readonly string[];
  /** The last answer with an instance. */
  readonly known: KeptAnswer | null;
  /** Milliseconds since that answer came. */
  readonly elapsed: number;
  readonly problem: Problem | null;
  readonly trouble: Trouble | null;
  readonly origin: Origin | null;
  readonly asking: boolean;
  /** Whether a person's last refresh brought nothing new. */
  readonly refused?: boolean | undefined;
  /** The names of the folded parts that are open. */
  readonly opened?: ReadonlySet<string>;
}

/** The names that `%dsw_info` takes too. */
export type SectionName =
  'status' | 'datasets' | 'snapshots' | 'timers' | 'resources' | 'disks' | 'network' | 'details';

/** Whether a section is to be shown: by default all but `network`. */
export function shows({ named }: Shown, section: SectionName): boolean {
  return named.length ? named.includes(section) || named.includes('all') : section !== 'network';
}

/** The instance, or nothing of it. */
export function instanceOf({ known }: Shown): Instance {
  return known?.instance ?? {};
}

/** What the panel would show of it now: its words and timers serve here too. */
export function shownOf({ reading: received, trouble, asking }: SourceState): Shown {
  const reading = cleanReading(received);
  const { answer = null } = reading ?? {};
  return {
    named: [],
    known: answer?.instance ? answer : null,
    elapsed: reading ? elapsedSince(reading) : 0,
    problem: answer?.error ?? null,
    origin: answer?.source ?? null,
    trouble,
    asking,
  };
}
