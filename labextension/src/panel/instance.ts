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

/** Why something failed: null if it did not fail, empty if no reason is given. */
export function failureOf({ Status, ReasonCode, ReasonMessage }: Reasoned): string | null {
  if (!Status?.endsWith('Failed')) return null;
  // The API writes the word where there is nothing.
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
