import type { Problem, Source } from './contract.ts';
import type { CloudDisk, Instance, Snapshot } from './elements.ts';
import { t, textFor } from './i18n.ts';
import {
  type DataSourceState,
  type DatedReading,
  elapsedSince,
  type FailureKind,
} from './reading.ts';
import { cleanReading } from './safety.ts';
import type { Usage } from './usage.ts';

/** All that a view is made of. */
export interface ViewModel {
  /** Sections that are named; empty for the default. */
  readonly named: readonly string[];
  /** The last reading with an instance. */
  readonly known: DatedReading | null;
  /** Milliseconds since that came, by the instance's time. */
  readonly elapsed: number;
  /** What a notebook saved, where the panel is of one; the same as `known` until there is a response. */
  readonly saved: DatedReading | null;
  readonly problem: Problem | null;
  readonly failure: FailureKind | null;
  readonly source: Source | null;
  readonly requesting: boolean;
  /** Whether a person's last refresh brought nothing new. */
  readonly nothingNewer: boolean;
  /** The names of the folded parts that are open. */
  readonly opened: ReadonlySet<string>;
  /** What was measured over time; null where nobody measures, and until there is something. */
  readonly usage: Usage | null;
  /** The moment whose values a person reads from the chart, in milliseconds since the epoch. */
  readonly pointed: number | null;
}

const NONE_OPENED: ReadonlySet<string> = new Set();

/** The names that `%dsw_info` takes too. */
export type SectionName =
  | 'status'
  | 'datasets'
  | 'snapshots'
  | 'timers'
  | 'usage'
  | 'history'
  | 'resources'
  | 'disks'
  | 'network'
  | 'details';

/** Whether a section is to be shown: by default all but `network`. */
export function shows({ named }: Pick<ViewModel, 'named'>, section: SectionName): boolean {
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
  readonly saved?: DatedReading | null;
  readonly usage?: Usage | null;
  readonly pointed?: number | null;
}

/** What there is to show of a data source's state now. */
export function viewModelOf(
  { reading: received, failure, requesting, nothingNewer = false }: DataSourceState,
  remembered: Remembered = {},
): ViewModel {
  const { named = [], known: before = null, saved = null, opened = NONE_OPENED } = remembered;
  const { usage = null, pointed = null } = remembered;
  const reading = cleanReading(received) ?? before;
  const known = [reading, before].find(one => one?.instance) ?? null;
  return {
    named,
    known,
    elapsed: known ? elapsedSince(known) : 0,
    saved,
    problem: reading?.error ?? null,
    source: reading?.source ?? null,
    failure,
    requesting,
    nothingNewer,
    opened,
    usage,
    pointed,
  };
}

/** What has a status, and a reason for it where it is a failure. */
export interface Reasoned {
  readonly Status?: string;
  readonly ReasonCode?: string;
  readonly ReasonMessage?: string;
}

/** Newest first; `LatestSnapshot` among them if the list does not have it. */
export function snapshotsOf(instance: Instance): Snapshot[] {
  const { InstanceSnapshotList: listed = [], LatestSnapshot: latest } = instance;
  const missing = latest?.ImageId && !listed.some(one => one.ImageId === latest.ImageId);
  const time = (one: Snapshot) => Date.parse(one.GmtCreateTime ?? '') || 0;
  return (missing ? [...listed, latest] : [...listed]).sort((a, b) => time(b) - time(a));
}

/** Why something failed: null if it did not fail, empty if no reason is given. */
export function failureOf({ Status, ReasonCode, ReasonMessage }: Reasoned): string | null {
  if (!Status?.endsWith('Failed')) return null;
  // The API writes "null" where there is nothing.
  const given = [ReasonMessage, ReasonCode].filter(text => text?.trim() && text !== 'null');
  return given.join(' · ');
}

/**
 * Why an instance failed, as `failureOf` has it. Of an image that was not saved the newest failed
 * snapshot has the reason, the instance often none.
 */
export function failureOfInstance(instance: Instance): string | null {
  const failure = failureOf(instance);
  if (failure !== '' || instance.Status !== 'SaveFailed') return failure;
  const failed = snapshotsOf(instance).find(({ Status }) => Status === 'Failed');
  return failed ? failureOf(failed) : failure;
}

/** The part of a disk that is used, 0 to 1; null if DSW does not know. */
export function usedPart({ Status = {} }: CloudDisk): number | null {
  const { Usage = 0, Available = 0, Capacity = Usage + Available } = Status;
  return Capacity && Usage + Available
    ? Math.min(1, (Usage || Capacity - Available) / Capacity)
    : null;
}

/** A status of GetInstance as text; one that is not known stays as it is. */
export function statusLabel(status: string | undefined): string {
  return textFor(status, {
    Creating: t('Creating'),
    SaveFailed: t('Image save failed'),
    Stopped: t('Stopped'),
    Failed: t('Failed'),
    ResourceAllocating: t('Allocating resources'),
    Stopping: t('Stopping'),
    Updating: t('Updating'),
    Saving: t('Saving image'),
    Queuing: t('Queuing'),
    Recovering: t('Recovering'),
    Starting: t('Starting'),
    Running: t('Running'),
    Saved: t('Image saved'),
    Deleting: t('Deleting'),
    EnvPreparing: t('Preparing environment'),
  });
}

/** What colours a status: those that end by themselves (`Saving`, `Queuing` …) are busy. */
export function tone(status = ''): string {
  if (/^(Running|Saved)$/.test(status)) return 'good';
  if (status.endsWith('Failed')) return 'bad';
  return status.endsWith('ing') ? 'busy' : '';
}

/** Statuses in which no stop lies ahead: it has happened, or it is happening. */
const ENDED = ['Deleting', 'Failed', 'Stopped', 'Stopping'];

/** Whether an instance in that status has stopped, or is being stopped. */
export function hasEnded(status = ''): boolean {
  return ENDED.includes(status);
}
