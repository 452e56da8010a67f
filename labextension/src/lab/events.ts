import {
  type Instance,
  type DatedReading,
  type Session,
  type Snapshot,
  snapshotsOf,
  usedPart,
} from '../panel/index.ts';
import { isQuiet } from './warnings.ts';
import type { IInstanceStore, Preferences } from './tokens.ts';
import type { ShownLog } from './shownlog.ts';
import { ageOf, momentOf, type Stop, stopsIn } from './stops.ts';

/** Something that happened to the instance, and is reported once. */
export type InstanceEvent = StatusEvent | SnapshotEvent | DiskEvent | NodeEvent | SessionEvent;

/** The instance can no longer be used, or its status changed after that. */
export interface StatusEvent {
  readonly kind: 'status';
  readonly key: string;
  readonly status: string;
  readonly reason: string;
  /** Whether it could be used before. */
  readonly first: boolean;
}

export interface SnapshotEvent {
  readonly kind: 'snapshot';
  readonly key: string;
  readonly name: string;
  readonly saved: boolean;
  readonly reason: string;
}

export interface DiskEvent {
  readonly kind: 'disk';
  readonly key: string;
  readonly path: string;
  /** 0 to 1. */
  readonly part: number;
}

export interface NodeEvent {
  readonly kind: 'node';
  readonly key: string;
  readonly seconds: number;
}

/** How the last run before this one ended. */
export interface SessionEvent {
  readonly kind: 'session';
  readonly key: string;
  /** Milliseconds since the epoch, by the endpoint's clock. */
  readonly ended: number;
  readonly by: Session['ended_by'];
  readonly reason: string;
}

/** The statuses in which an instance can be used: those for which `jupyter dsw info` exits with 0. */
export function isUsable(status: string | undefined): boolean {
  return /^(Running|Saving|Saved|SaveFailed)$/.test(status ?? '');
}

/** So much below the limit a disk has to be before it is reported again. */
const HYSTERESIS = 0.05;

const reasonOf = ({ ReasonMessage, ReasonCode }: Instance | Snapshot) =>
  ReasonMessage || ReasonCode || '';

/** Changes of the status to one in which the instance cannot be used. */
export function statusEvents(before: Instance, current: Instance): StatusEvent[] {
  const { Status: status } = current;
  return status && before.Status && status !== before.Status && !isUsable(status)
    ? [
        {
          kind: 'status',
          key: 'status',
          status,
          reason: reasonOf(current),
          first: isUsable(before.Status),
        },
      ]
    : [];
}

/** The statuses of images by their ids, as far as they were ever seen. */
export type ImageStatuses = ReadonlyMap<string, string>;

/** These statuses and those of a reading; an image that a reading leaves out stays known. */
export function imageStatuses(known: ImageStatuses, current: Instance): ImageStatuses {
  const seen = snapshotsOf(current).map(
    ({ ImageId = '', Status = '' }) => [ImageId, Status] as const,
  );
  return new Map([...known, ...seen]);
}

/**
 * Images that were saved, or could not be saved. One that was not known counts only if it was made
 * `since` (milliseconds since the epoch): a list that comes late is no news.
 */
export function snapshotEvents(
  known: ImageStatuses,
  current: Instance,
  since: number,
): SnapshotEvent[] {
  return snapshotsOf(current)
    .filter(({ ImageId = '', Status = '', GmtCreateTime = '' }) => {
      const before = known.get(ImageId);
      const isNews = before === undefined ? Date.parse(GmtCreateTime) >= since : before !== Status;
      return /^(Saved|Failed)$/.test(Status) && isNews;
    })
    .map(snapshot => ({
      kind: 'snapshot',
      key: `snapshot ${snapshot.ImageId ?? ''} ${snapshot.Status ?? ''}`,
      name: snapshot.ImageName ?? snapshot.ImageId ?? '',
      saved: snapshot.Status === 'Saved',
      reason: reasonOf(snapshot),
    }));
}

function disksOver(current: Instance, limit: number): DiskEvent[] {
  return (current.CloudDisks ?? []).flat().flatMap((disk, place): DiskEvent[] => {
    const part = usedPart(disk);
    const path = disk.MountPath ?? disk.SubType ?? String(place);
    return part !== null && part > limit ? [{ kind: 'disk', key: `disk ${path}`, path, part }] : [];
  });
}

/** Disks that are fuller than `limit` (0 to 1; 0: never). */
export function diskEvents(current: Instance, limit: number): DiskEvent[] {
  return limit > 0 ? disksOver(current, limit) : [];
}

/** The keys of disks that are still about as full, so that they are not reported again. */
export function disksStillFull(current: Instance, limit: number): string[] {
  return disksOver(current, limit - HYSTERESIS).map(({ key }) => key);
}

/** An error of the machine, after which the instance is moved. */
export function nodeEvents({ NodeErrorRecovery: recovery = {} }: Instance): NodeEvent[] {
  const { hasNodeError, enableAutoSwitchOnNodeError, autoSwitchCountdownSeconds } = recovery;
  return hasNodeError && enableAutoSwitchOnNodeError
    ? [{ kind: 'node', key: 'node', seconds: autoSwitchCountdownSeconds ?? 0 }]
    : [];
}

/** A start that is longer ago is no news: what was shown is remembered for seven days. */
const NEWS_MS = 86_400_000;

/** How the last run ended, for an instance that was started since, and not long ago. */
export function sessionEvents(reading: DatedReading): SessionEvent[] {
  const [current, last] = reading.sessions ?? [];
  const ended = Date.parse(last?.ended_at ?? '');
  const started = Date.parse(current?.started_at ?? '');
  // A date that is missing is no reason to report it again and again.
  if (!last || isNaN(ended) || current?.ended_at !== null) return [];
  if (!(momentOf(reading) + ageOf(reading) - started < NEWS_MS)) return [];
  const { ended_by: by, reason, reason_code: code } = last;
  const key = `session ${last.ended_at}`;
  return [{ kind: 'session', key, ended, by, reason: reason || code || '' }];
}

/** An event that a person sees. */
export interface PresentedEvent {
  /** Shows what became of it, in the same place. */
  update(event: InstanceEvent, cause: Stop | null): void;
  withdraw(): void;
}

export interface EventReporterOptions {
  readonly store: IInstanceStore;
  readonly log: ShownLog;
  readonly preferences: () => Preferences;
  readonly visible: () => boolean;
  /** Shows it; `cause`: the stop that was due then, for a change of the status. */
  readonly present: (event: InstanceEvent, cause: Stop | null) => PresentedEvent;
}

/** Clocks, and whole minutes, may be off by so much. */
const ABOUT_MS = 60_000;

/** Which switch is for which kind of event. */
function isWanted({ kind }: InstanceEvent, preferences: Preferences): boolean {
  const { statusChanges, snapshots, diskPercent, nodeErrors, lastRun } = preferences;
  return {
    status: statusChanges,
    snapshot: snapshots,
    disk: diskPercent > 0,
    node: nodeErrors,
    session: lastRun,
  }[kind];
}

/** The stop that was due between two readings, about; null if none was. */
function causeBetween(before: DatedReading, current: DatedReading): Stop | null {
  const [from, to] = [momentOf(before) - ABOUT_MS, momentOf(current) + ABOUT_MS];
  const due = stopsIn(before).filter(stop => from <= stop.due && stop.due <= to);
  return due.sort((a, b) => a.due - b.due)[0] ?? null;
}

/** What is remembered of the reading that was looked at last. */
interface Before {
  readonly reading: DatedReading;
  readonly instance: Instance;
  readonly images: ImageStatuses;
}

const NO_IMAGES: ImageStatuses = new Map();

/** Reports what happened to the instance, each thing once over all tabs. */
export class EventReporter {
  constructor(options: EventReporterOptions) {
    this._options = options;
    options.store.watch(() => void this.look());
  }

  /** Compares the reading with the last one that was looked at. */
  async look(): Promise<void> {
    const { store, log, preferences, visible } = this._options;
    const { reading } = store.state;
    const { quietFrom, quietTo, diskPercent } = preferences();
    // What happens unseen or in quiet hours is reported afterwards: the comparison waits.
    if (!reading || !visible() || isQuiet(quietFrom, quietTo, new Date())) return;
    const current = reading.instance as Instance | null;
    const id = reading.source.instance_id ?? '';
    const last = this._before;
    if (!current || current === last?.instance) return;
    const before = (last?.reading.source.instance_id ?? '') === id ? last : null;
    const images = imageStatuses(before?.images ?? NO_IMAGES, current);
    this._before = { reading, instance: current, images };

    const limit = diskPercent / 100;
    const cause = this._causeOf(before, reading, current);
    const events: InstanceEvent[] = [
      ...(before ? statusEvents(before.instance, current) : []),
      ...(before ? snapshotEvents(before.images, current, momentOf(before.reading)) : []),
      ...diskEvents(current, limit),
      ...nodeEvents(current),
      ...(isUsable(current.Status) ? sessionEvents(reading) : []),
    ];
    for (const event of events) {
      if (isWanted(event, preferences())) await this._report(event, `${id} ${event.key}`, cause);
    }
    await log.forget(
      `${id} disk `,
      disksStillFull(current, limit).map(key => `${id} ${key}`),
    );
    if (!nodeEvents(current).length) await log.forget(`${id} node`);
    if (isUsable(current.Status)) await this._usableAgain(id);
  }

  private async _report(event: InstanceEvent, key: string, cause: Stop | null): Promise<void> {
    const { log, present } = this._options;
    if (event.kind !== 'status') {
      await log.once(key, () => void present(event, null));
    } else if (event.first) {
      await log.once(key, () => {
        this._status = present(event, cause);
      });
    } else {
      this._status?.update(event, cause);
    }
  }

  /** The stop that made the status what it is: known when the instance left the usable ones. */
  private _causeOf(
    before: Before | null,
    reading: DatedReading,
    { Status }: Instance,
  ): Stop | null {
    if (isUsable(Status)) this._cause = null;
    else if (before && isUsable(before.instance.Status)) {
      this._cause = causeBetween(before.reading, reading);
    }
    return this._cause;
  }

  private async _usableAgain(id: string): Promise<void> {
    this._status?.withdraw();
    this._status = null;
    await this._options.log.forget(`${id} status`);
  }

  private readonly _options: EventReporterOptions;
  private _before: Before | null = null;
  private _cause: Stop | null = null;
  private _status: PresentedEvent | null = null;
}
