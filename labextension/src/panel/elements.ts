// Written by scripts/contract.py from the Python structs: change those, and run it.
import type { JsonObject } from './contract.ts';

/** The instance details: GetInstance's response, secrets removed. */
export interface Instance {
  readonly WorkspaceId?: string;
  readonly WorkspaceName?: string;
  readonly InstanceId?: string;
  readonly InstanceName?: string;
  readonly EcsSpec?: string;
  readonly Status?: string;
  readonly InstanceUrl?: string;
  readonly JupyterlabUrl?: string;
  readonly WebIDEUrl?: string;
  readonly TerminalUrl?: string;
  readonly AccumulatedRunningTimeInMs?: number;
  readonly ImageId?: string;
  readonly ImageUrl?: string;
  readonly ImageName?: string;
  readonly GmtCreateTime?: string;
  readonly GmtModifiedTime?: string;
  readonly UserId?: string;
  readonly UserName?: string;
  readonly Datasets?: readonly Dataset[];
  readonly UserVpc?: UserVpc;
  readonly InstanceShutdownTimer?: InstanceShutdownTimer;
  readonly ReasonCode?: string;
  readonly ReasonMessage?: string;
  readonly PaymentType?: string;
  readonly LatestSnapshot?: Snapshot;
  readonly AcceleratorType?: string;
  readonly Accessibility?: string;
  readonly EnvironmentVariables?: JsonObject;
  readonly ResourceId?: string;
  readonly ResourceName?: string;
  readonly Priority?: number;
  readonly RequestedResource?: RequestedResource;
  readonly Labels?: readonly Label[];
  readonly IdleInstanceCuller?: IdleInstanceCuller;
  readonly InstanceSnapshotList?: readonly Snapshot[];
  readonly CloudDisks?: readonly CloudDisk[];
  readonly WorkspaceSource?: string;
  readonly RequestId?: string;
  readonly Success?: boolean;
  readonly Message?: string;
  readonly Code?: string;
  readonly HttpStatusCode?: number;
  readonly Driver?: string;
  readonly NodeErrorRecovery?: NodeErrorRecovery;
  readonly CredentialConfig?: CredentialConfig;
  readonly Affinity?: Affinity;
  readonly ImageAuth?: string;
  readonly Tags?: readonly Tag[];
  readonly DynamicMount?: DynamicMount;
  readonly ProxyPath?: string;
  readonly UserCommandId?: string;
  readonly ServiceConfig?: ServiceConfig;
  readonly PodIps?: readonly PodIp[];
  readonly MigrationOptions?: JsonObject;
  readonly AccessRestrictionRules?: JsonObject;
  readonly DockerConfig?: DockerConfig;
  readonly TenantId?: string;
}

/** A dataset (NAS or OSS) of the instance. Element of `Datasets`, API page GetInstance. */
export interface Dataset {
  readonly DatasetId?: string;
  readonly DatasetVersion?: string;
  readonly Uri?: string;
  readonly MountPath?: string;
  readonly MountAccess?: string;
  readonly Options?: string;
  readonly OptionType?: string;
  readonly Dynamic?: boolean;
  readonly ActualMountAccess?: string;
}

/** The user VPC configuration. `UserVpc`, API page GetInstance. */
export interface UserVpc {
  readonly VpcId?: string;
  readonly VSwitchId?: string;
  readonly SecurityGroupId?: string;
  readonly ExtendedCIDRs?: readonly string[];
  readonly DefaultRoute?: string;
  readonly ForwardInfos?: readonly ForwardInfo[];
  readonly BandwidthLimit?: BandwidthLimit;
  readonly Ip?: string;
}

/** A forwarded port. Element of `UserVpc.ForwardInfos`, from the page's example. */
export interface ForwardInfo {
  readonly Enable?: boolean;
  readonly ContainerName?: string;
  readonly ForwardPort?: string;
  readonly NatGatewayId?: string;
  readonly EipAllocationId?: string;
  readonly SSHPublicKey?: string;
  readonly ConnectInfo?: ConnectInfo;
  readonly Name?: string;
  readonly ExternalPort?: string;
  readonly AccessType?: readonly string[];
  readonly NlbGatewayId?: string;
}

/** Whether and how a forwarded port can be reached. `ForwardInfos[].ConnectInfo`, example. */
export interface ConnectInfo {
  readonly Phase?: string;
  readonly Message?: string;
  readonly Intranet?: ConnectEndpoint;
  readonly Internet?: ConnectEndpoint;
}

/** Where a forwarded port is reached. `ConnectInfo.Intranet` and `.Internet`, page's example. */
export interface ConnectEndpoint {
  readonly Endpoint?: string;
  readonly Port?: string;
}

/** The Internet bandwidth throttling. `UserVpc.BandwidthLimit`, from the page's example. */
export interface BandwidthLimit {
  readonly EgressWhitelists?: readonly string[];
  readonly IngressRate?: string;
  readonly EgressRate?: string;
  readonly IngressWhitelists?: readonly string[];
}

/** The scheduled shutdown task. `InstanceShutdownTimer`, API page GetInstance. */
export interface InstanceShutdownTimer {
  readonly InstanceId?: string;
  readonly GmtCreateTime?: string;
  readonly GmtModifiedTime?: string;
  readonly DueTime?: string;
  readonly RemainingTimeInMs?: number;
}

/** A saved user image. `LatestSnapshot` and `InstanceSnapshotList`, API page GetInstance. */
export interface Snapshot {
  readonly ImageId?: string;
  readonly ImageName?: string;
  readonly ImageUrl?: string;
  readonly RepositoryUrl?: string;
  readonly GmtCreateTime?: string;
  readonly GmtModifiedTime?: string;
  readonly ReasonCode?: string;
  readonly ReasonMessage?: string;
  readonly Status?: string;
}

/** What a subscription instance requested. `RequestedResource`, API page GetInstance. */
export interface RequestedResource {
  readonly CPU?: string;
  readonly Memory?: string;
  readonly SharedMemory?: string;
  readonly GPU?: string;
  readonly GPUType?: string;
}

/** A custom tag of the instance. Element of `Labels`, API page GetInstance. */
export interface Label {
  readonly Key?: string;
  readonly Value?: string;
}

/** The automatic shutdown settings for idle instances. API page GetInstance. */
export interface IdleInstanceCuller {
  readonly InstanceId?: string;
  readonly CpuPercentThreshold?: number;
  readonly GpuPercentThreshold?: number;
  readonly MaxIdleTimeInMinutes?: number;
  readonly IdleTimeInMinutes?: number;
}

/** A cloud disk of the instance. Element of `CloudDisks`, API page GetInstance. */
export interface CloudDisk {
  readonly Capacity?: string;
  readonly SubType?: string;
  readonly MountPath?: string;
  readonly Path?: string;
  readonly Status?: CloudDiskStatus;
}

/** How full a cloud disk is; the page gives no unit. `CloudDisks[].Status`. */
export interface CloudDiskStatus {
  readonly Available?: number;
  readonly Usage?: number;
  readonly Capacity?: number;
}

/** The node error recovery configuration, in lowerCamel on the wire. API page GetInstance. */
export interface NodeErrorRecovery {
  readonly hasNodeError?: boolean;
  readonly enableAutoSwitchOnNodeError?: boolean;
  readonly autoSwitchCountdownSeconds?: number;
}

/** The credential injection configuration. API page GetInstance and its example. */
export interface CredentialConfig {
  readonly Enable?: boolean;
  readonly AliyunEnvRoleKey?: string;
  readonly Configs?: readonly CredentialConfigItem[];
}

/** One injected credential. `CredentialConfig.Configs`, from the page's example. */
export interface CredentialConfigItem {
  readonly Key?: string;
  readonly Type?: string;
  readonly Roles?: readonly CredentialRole[];
}

/** A role the instance may assume. `…Configs[].Roles`, from the page's example. */
export interface CredentialRole {
  readonly RoleArn?: string;
  readonly RoleType?: string;
  readonly AssumeRoleFor?: string;
  readonly Policy?: string;
  readonly UserInfo?: CredentialUserInfo;
}

/** On whose behalf a role is assumed. `…Roles[].UserInfo`, from the page's example. */
export interface CredentialUserInfo {
  readonly Id?: string;
  readonly Type?: string;
  readonly AccessKeyId?: string;
  readonly SecurityToken?: string;
}

/** The affinity configuration. `Affinity`, API page GetInstance. */
export interface Affinity {
  readonly CPU?: CpuAffinity;
}

/** The CPU affinity; general computing subscription instances only. `Affinity.CPU`. */
export interface CpuAffinity {
  readonly Enable?: boolean;
}

/** A resource tag. Element of `Tags`, API page GetInstance. */
export interface Tag {
  readonly TagKey?: string;
  readonly TagValue?: string;
}

/** The dynamic mounting configuration. API page GetInstance and its example. */
export interface DynamicMount {
  readonly Enable?: boolean;
  readonly MountPoints?: readonly DynamicMountPoint[];
}

/** A folder for dynamic mounts. `DynamicMount.MountPoints`, from the page's example. */
export interface DynamicMountPoint {
  readonly RootPath?: string;
  readonly Options?: string;
}

/** How the instance's own servers are guarded. `ServiceConfig`, from the page's example. */
export interface ServiceConfig {
  readonly JupyterServerPassword?: string;
  readonly JupyterServerAuth?: string;
  readonly CodeServerPassword?: string;
  readonly CodeServerAuth?: string;
}

/** An address of the instance's pod. Element of `PodIps`, from the page's example. */
export interface PodIp {
  readonly Type?: string;
  readonly Ip?: string;
  readonly InterfaceName?: string;
}

/** Docker inside the instance. `DockerConfig`, API page GetInstance. */
export interface DockerConfig {
  readonly Enable?: boolean;
  readonly ContainersLimit?: number;
  readonly MountAccessConfigPath?: string;
}
