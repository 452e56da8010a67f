import type { JsonObject } from './rest.ts';

/** The elements of GetInstance that the panel shows in a form of its own; all may be missing. */
export interface Instance {
  readonly InstanceId?: string;
  readonly InstanceName?: string;
  readonly InstanceUrl?: string;
  readonly JupyterlabUrl?: string;
  readonly WebIDEUrl?: string;
  readonly TerminalUrl?: string;
  readonly WorkspaceName?: string;
  readonly Status?: string;
  readonly ReasonCode?: string;
  readonly ReasonMessage?: string;
  readonly EcsSpec?: string;
  readonly ResourceName?: string;
  readonly RequestedResource?: RequestedResource;
  readonly Driver?: string;
  readonly ImageName?: string;
  readonly ImageId?: string;
  readonly ImageUrl?: string;
  readonly PaymentType?: string;
  readonly AccumulatedRunningTimeInMs?: number;
  readonly Datasets?: readonly Dataset[];
  readonly InstanceSnapshotList?: readonly Snapshot[];
  readonly LatestSnapshot?: Snapshot;
  readonly CloudDisks?: readonly CloudDisk[];
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

export interface Snapshot {
  readonly ImageId?: string;
  readonly ImageName?: string;
  readonly ImageUrl?: string;
  readonly RepositoryUrl?: string;
  readonly GmtCreateTime?: string;
  readonly GmtModifiedTime?: string;
  readonly Status?: string;
  readonly ReasonCode?: string;
  readonly ReasonMessage?: string;
}

export interface CloudDisk {
  readonly Capacity?: string;
  readonly SubType?: string;
  readonly MountPath?: string;
  readonly Path?: string;
  /** All zero where DSW does not know. */
  readonly Status?: {
    readonly Available?: number;
    readonly Usage?: number;
    readonly Capacity?: number;
  };
}

/** What {@link rest} leaves out: elements shown elsewhere, `true` for the whole of one. */
interface Shown {
  readonly [element: string]: true | Shown;
}

const SNAPSHOT: Shown = {
  ImageName: true,
  ImageUrl: true,
  RepositoryUrl: true,
  GmtCreateTime: true,
  Status: true,
};

const SHOWN: Shown = {
  InstanceId: true,
  InstanceName: true,
  InstanceUrl: true,
  JupyterlabUrl: true,
  WebIDEUrl: true,
  TerminalUrl: true,
  WorkspaceName: true,
  Status: true,
  EcsSpec: true,
  RequestedResource: true,
  Driver: true,
  ImageName: true,
  ImageUrl: true,
  PaymentType: true,
  AccumulatedRunningTimeInMs: true,
  Datasets: {
    Uri: true,
    MountPath: true,
    MountAccess: true,
    ActualMountAccess: true,
    Dynamic: true,
    DatasetVersion: true,
  },
  InstanceSnapshotList: SNAPSHOT,
  LatestSnapshot: SNAPSHOT,
  CloudDisks: { Capacity: true, SubType: true, MountPath: true, Path: true, Status: true },
};

/** What the section `network` shows. */
export const NETWORK = ['UserVpc', 'PodIps', 'ProxyPath'];

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function without(value: unknown, shown: Shown): unknown {
  if (Array.isArray(value)) return value.map(item => without(item, shown));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => {
    const hidden = Object.hasOwn(shown, name) ? shown[name] : {};
    return [name, hidden === true ? null : without(item, hidden ?? {})];
  });
  return Object.fromEntries(entries) as unknown;
}

/** What no section of its own shows; some of it may be empty. */
export function rest(instance: JsonObject, networkShown: boolean): JsonObject {
  const network = networkShown ? NETWORK.map(name => [name, true] as const) : [];
  return without(instance, { ...SHOWN, ...Object.fromEntries(network) }) as JsonObject;
}

/** Newest first; `LatestSnapshot` among them if the list does not have it. */
export function snapshots(instance: Instance): Snapshot[] {
  const { InstanceSnapshotList: listed = [], LatestSnapshot: latest } = instance;
  const missing = latest?.ImageId && !listed.some(one => one.ImageId === latest.ImageId);
  const time = (one: Snapshot) => Date.parse(one.GmtCreateTime ?? one.GmtModifiedTime ?? '') || 0;
  return [...listed, ...(missing ? [latest] : [])].sort((a, b) => time(b) - time(a));
}

/** The part of a disk that is used, 0 to 1; null if DSW does not know. */
export function usedPart({
  Status: { Usage = 0, Available = 0, Capacity = 0 } = {},
}: CloudDisk): number | null {
  const capacity = Capacity || Usage + Available;
  const used = Usage || (Available ? capacity - Available : 0);
  return capacity > 0 && used + Available > 0 ? Math.min(1, Math.max(0, used / capacity)) : null;
}

/** Whether a dataset may be written to: what holds beats what was asked for; null if unknown. */
export function mountAccess({ ActualMountAccess, MountAccess }: Dataset): string | null {
  return [ActualMountAccess, MountAccess].find(Boolean) ?? null;
}
