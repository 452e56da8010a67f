/** The elements of GetInstance that the panel shows in a form of its own; all may be missing. */
export interface Instance extends Reasoned {
  readonly InstanceId?: string;
  readonly InstanceName?: string;
  readonly InstanceUrl?: string;
  readonly JupyterlabUrl?: string;
  readonly WebIDEUrl?: string;
  readonly TerminalUrl?: string;
  readonly WorkspaceName?: string;
  readonly EcsSpec?: string;
  readonly RequestedResource?: RequestedResource;
  readonly Driver?: string;
  readonly ImageName?: string;
  readonly ImageUrl?: string;
  readonly PaymentType?: string;
  readonly AccumulatedRunningTimeInMs?: number;
  readonly Datasets?: readonly Dataset[];
  readonly InstanceSnapshotList?: readonly Snapshot[];
  readonly LatestSnapshot?: Snapshot;
  readonly CloudDisks?: readonly CloudDisk[];
}

/** What has a status, and a reason for it where it is a failure. */
export interface Reasoned {
  readonly Status?: string;
  readonly ReasonCode?: string;
  readonly ReasonMessage?: string;
}

export interface RequestedResource {
  readonly CPU?: string;
  readonly Memory?: string;
  readonly SharedMemory?: string;
  readonly GPU?: string;
  readonly GPUType?: string;
}

export interface Dataset {
  readonly DatasetId?: string;
  readonly DatasetVersion?: string;
  readonly Uri?: string;
  readonly MountPath?: string;
  readonly MountAccess?: string;
  readonly ActualMountAccess?: string;
  readonly Dynamic?: boolean;
}

export interface Snapshot extends Reasoned {
  readonly ImageId?: string;
  readonly ImageName?: string;
  readonly ImageUrl?: string;
  readonly RepositoryUrl?: string;
  readonly GmtCreateTime?: string;
}

export interface CloudDisk {
  readonly Capacity?: string;
  readonly SubType?: string;
  readonly MountPath?: string;
  /** All zero where DSW does not know. */
  readonly Status?: {
    readonly Available?: number;
    readonly Usage?: number;
    readonly Capacity?: number;
  };
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
