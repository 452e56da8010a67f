import type { CloudDisk, Instance, Snapshot } from './contract.ts';

export type { CloudDisk, Dataset, Instance, Snapshot } from './contract.ts';

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

/** The part of a disk that is used, 0 to 1; null if DSW does not know. */
export function usedPart({ Status = {} }: CloudDisk): number | null {
  const { Usage = 0, Available = 0, Capacity = Usage + Available } = Status;
  return Capacity && Usage + Available
    ? Math.min(1, (Usage || Capacity - Available) / Capacity)
    : null;
}
