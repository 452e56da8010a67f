import { snapshotsOf, usedPart, type Instance, type Snapshot } from './panel/instance.ts';

/** Something about the instance that a person should hear of, once. */
export type InstanceEvent = StatusEvent | SnapshotEvent | DiskEvent | NodeEvent;

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
