import { snapshotsOf, usedPart, type Instance } from './panel/instance.ts';

/** Something about the instance that a person should hear of, once. */
export type InstanceEvent =
  | { readonly kind: 'status'; readonly key: string; readonly status: string }
  | {
      readonly kind: 'snapshot';
      readonly key: string;
      readonly name: string;
      readonly saved: boolean;
      readonly reason: string;
    }
  | { readonly kind: 'disk'; readonly key: string; readonly path: string; readonly part: number }
  | { readonly kind: 'node'; readonly key: string; readonly seconds: number };

function statusEvents(before: Instance, now: Instance): InstanceEvent[] {
  const { Status: status, GmtModifiedTime: changed = '' } = now;
  return before.Status === 'Running' && status && status !== 'Running'
    ? [{ kind: 'status', key: `status ${status} ${changed}`, status }]
    : [];
}

function snapshotEvents(before: Instance, now: Instance): InstanceEvent[] {
  const statuses = new Map(snapshotsOf(before).map(one => [one.ImageId, one.Status]));
  return snapshotsOf(now)
    .filter(
      ({ ImageId, Status }) =>
        /^(Saved|Failed)$/.test(Status ?? '') && statuses.get(ImageId) !== Status,
    )
    .map(({ ImageId = '', ImageName, Status, ReasonMessage, ReasonCode }) => ({
      kind: 'snapshot',
      key: `snapshot ${ImageId} ${Status ?? ''}`,
      name: ImageName ?? ImageId,
      saved: Status === 'Saved',
      reason: ReasonMessage ?? ReasonCode ?? '',
    }));
}

function diskEvents(now: Instance, limit: number): InstanceEvent[] {
  return (now.CloudDisks ?? []).flat().flatMap((disk, place): InstanceEvent[] => {
    const part = usedPart(disk);
    const path = disk.MountPath ?? disk.SubType ?? String(place);
    return part !== null && limit > 0 && part > limit
      ? [{ kind: 'disk', key: `disk ${path}`, path, part }]
      : [];
  });
}

function nodeEvents({ NodeErrorRecovery: recovery = {} }: Instance): InstanceEvent[] {
  const { hasNodeError, enableAutoSwitchOnNodeError, autoSwitchCountdownSeconds } = recovery;
  return hasNodeError && enableAutoSwitchOnNodeError
    ? [{ kind: 'node', key: 'node', seconds: autoSwitchCountdownSeconds ?? 0 }]
    : [];
}

/**
 * What there is to tell after a reading. Changes need one `before` it; a disk over `diskLimit` (0 to
 * 1; 0: never) and a node error are told while they last.
 */
export function eventsBetween(
  before: Instance | null,
  now: Instance,
  diskLimit: number,
): InstanceEvent[] {
  return [
    ...(before ? [...statusEvents(before, now), ...snapshotEvents(before, now)] : []),
    ...diskEvents(now, diskLimit),
    ...nodeEvents(now),
  ];
}
