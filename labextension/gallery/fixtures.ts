import type {
  Reading,
  JsonObject,
  Problem,
  FailureKind,
  Session,
  Stop,
  UtilizationSample,
} from '../src/panel/index.ts';

/** One state of the panel to look at. */
export interface Fixture {
  readonly reading: Reading | null;
  readonly failure?: FailureKind;
  readonly sections?: readonly string[];
  /** What was measured in the last hours; none where nobody measures. */
  readonly samples?: readonly UtilizationSample[];
}

const MINUTE = 60_000;

const idleStop: Stop = {
  kind: 'idle',
  decided_by: 'instance',
  state: 'counting',
  remaining_ms: 30 * MINUTE - 17_000,
  at: '2026-11-23T13:29:43Z',
  idle_minutes: 30,
  rule: { max_idle_minutes: 60, cpu_percent: 20, gpu_percent: 10, expression: null },
  can_skip: false,
  delayed: false,
};

const armedStop: Stop = {
  ...idleStop,
  state: 'armed',
  remaining_ms: null,
  at: null,
  idle_minutes: 0,
};

const cpuIdleStop = (remaining_ms: number): Stop => ({
  ...idleStop,
  remaining_ms,
  idle_minutes: 60 - Math.ceil(remaining_ms / MINUTE),
  rule: { ...idleStop.rule, gpu_percent: null },
});

const scheduledStop = (at: string | null, remaining_ms: number | null): Stop => ({
  ...idleStop,
  kind: 'scheduled',
  state: remaining_ms === null ? 'unknown' : 'counting',
  remaining_ms,
  at,
  idle_minutes: null,
  rule: { max_idle_minutes: null, cpu_percent: null, gpu_percent: null, expression: null },
});

const instance: JsonObject = {
  WorkspaceId: '40823',
  WorkspaceName: 'training_data',
  InstanceId: 'dsw-730a4c1f9be2d6',
  InstanceName: 'llm-finetune-qwen',
  EcsSpec: 'ecs.gn7i-c32g1.8xlarge',
  Status: 'Running',
  InstanceUrl: 'https://dsw-cn-hangzhou.data.aliyun.com/notebook.htm?instance=39772',
  JupyterlabUrl: 'https://dsw-gateway-cn-hangzhou.aliyun.com/dsw-39772/lab/',
  WebIDEUrl: 'https://dsw-gateway-cn-hangzhou.aliyun.com/dsw-39772/ide/',
  TerminalUrl: 'https://dsw-gateway-cn-hangzhou.aliyun.com/dsw-39772/tty/',
  AccumulatedRunningTimeInMs: 98_700_000,
  ImageId: 'image-05cefd0be2e8',
  ImageUrl: 'dsw-registry.cn-hangzhou.cr.aliyuncs.com/pai/pytorch:2.6-gpu-py311-cu124-ubuntu22.04',
  ImageName: 'pytorch:2.6-gpu-py311-cu124-ubuntu22.04',
  GmtCreateTime: '2026-11-20T06:36:01Z',
  GmtModifiedTime: '2026-11-23T12:58:40Z',
  UserId: '161228528250',
  UserName: '测试用户',
  Datasets: [
    {
      DatasetId: 'd-vsqjvsjp4orp5l',
      DatasetVersion: 'v1',
      Uri: 'oss://corpus-zh.oss-cn-hangzhou-internal.aliyuncs.com/pretrain/',
      MountPath: '/mnt/data',
      MountAccess: 'RO',
      Options: '{"fs.oss.download.thread.concurrency": "10"}',
      Dynamic: false,
      ActualMountAccess: 'RO',
    },
    {
      DatasetId: 'd-8bqz1k2m3n4p5q',
      DatasetVersion: 'v3',
      Uri: 'nas://2f4a84a1c9.cn-hangzhou.nas.aliyuncs.com/checkpoints',
      MountPath: '/mnt/checkpoints',
      MountAccess: 'RW',
      Dynamic: true,
      ActualMountAccess: 'RW',
    },
    {
      DatasetId: 'd-eval0000001',
      Uri: 'oss://eval-sets.oss-cn-hangzhou-internal.aliyuncs.com/',
      MountPath: '/mnt/eval',
      MountAccess: 'RW',
      Dynamic: true,
      ActualMountAccess: 'RO',
    },
  ],
  UserVpc: {
    VpcId: 'vpc-bp1x8n0k',
    VSwitchId: 'vsw-bp1q0r4t',
    SecurityGroupId: 'sg-bp15ed6x',
    ExtendedCIDRs: ['172.16.19.0/24', '172.16.2.0/24'],
    ForwardInfos: [{ Enable: true, Name: 'ssh', ForwardPort: '22', AccessType: ['intranet'] }],
  },
  PaymentType: 'PayAsYouGo',
  LatestSnapshot: {
    ImageId: 'image-3',
    ImageName: 'qwen-finetune-1123',
    GmtCreateTime: '2026-11-23T12:51:00Z',
    Status: 'Pushing',
  },
  AcceleratorType: 'GPU',
  Accessibility: 'PRIVATE',
  EnvironmentVariables: { WANDB_PROJECT: '<redacted>', HF_HOME: '<redacted>' },
  Priority: 1,
  RequestedResource: { CPU: '32', Memory: '188Gi', SharedMemory: '94Gi', GPU: '1', GPUType: 'A10' },
  Labels: [{ Key: 'team', Value: 'nlp' }],
  IdleInstanceCuller: {
    CpuPercentThreshold: 20,
    GpuPercentThreshold: 10,
    MaxIdleTimeInMinutes: 60,
  },
  InstanceSnapshotList: [
    {
      ImageId: 'image-1',
      ImageName: 'qwen-finetune-1119',
      ImageUrl: 'registry.cn-hangzhou.aliyuncs.com/nlp/qwen:1119',
      RepositoryUrl: 'https://cr.console.aliyun.com/repository/cn-hangzhou/nlp/qwen/images',
      GmtCreateTime: '2026-11-19T09:12:00Z',
      Status: 'Saved',
    },
    {
      ImageId: 'image-2',
      ImageName: 'qwen-finetune-1121',
      GmtCreateTime: '2026-11-21T16:40:00Z',
      Status: 'Failed',
      ReasonCode: 'ImageTooLarge',
      ReasonMessage: 'The writable layer is larger than 100 GiB',
    },
  ],
  CloudDisks: [
    {
      Capacity: '100Gi',
      SubType: 'rootfs',
      MountPath: '/',
      Status: { Available: 62_277_025_792, Usage: 45_097_156_608, Capacity: 107_374_182_400 },
    },
    {
      Capacity: '500Gi',
      SubType: 'workspace',
      MountPath: '/mnt/workspace',
      Path: '/workspace',
      Status: { Available: 32_212_254_720, Usage: 504_658_657_280, Capacity: 536_870_912_000 },
    },
    {
      Capacity: '30Gi',
      MountPath: '/mnt/scratch',
      Status: { Available: 0, Usage: 0, Capacity: 0 },
    },
  ],
  Driver: '550.127.08',
  NodeErrorRecovery: { hasNodeError: false, enableAutoSwitchOnNodeError: true },
  CredentialConfig: { Enable: true, Configs: [{ Key: '0', Roles: [{ RoleType: 'service' }] }] },
  ProxyPath: 'dsw-39772/proxy/',
};

const healthy: Reading = {
  instance,
  read_at: '2026-11-23T13:00:00.123Z',
  read_at_by: 'endpoint',
  age_ms: 12_000,
  next_read_in_ms: 48_000,
  stops: [idleStop],
  stop_policies: 'read',
  sessions: null,
  utilization: null,
  error: null,
  source: {
    endpoint: 'pai-dsw-vpc.cn-hangzhou.aliyuncs.com',
    region: 'cn-hangzhou',
    instance_id: 'dsw-730a4c1f9be2d6',
    simulated: false,
    speed: 1,
  },
  redacted: ['EnvironmentVariables.WANDB_PROJECT', 'EnvironmentVariables.HF_HOME'],
  unreadable: [],
};

const denied: Problem = {
  code: 'Denied',
  message: 'The role of this instance may not call paidsw:GetInstance.',
  advice:
    'Ask an administrator of the workspace to give the role the RAM action paidsw:GetInstance, or attach AliyunPAIDSWReadOnlyAccess.',
  request_id: 'E7D55162-4489-1619-AAF5-3F97D5FC0000',
  retry_in_ms: 20_000,
};

function withInstance(change: JsonObject, over: Partial<Reading> = {}): Fixture {
  return { reading: { ...healthy, instance: { ...instance, ...change }, ...over } };
}

const LRO = '\u202e';
const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

const sessions: readonly Session[] = [
  {
    started_at: '2026-11-23T11:20:00Z',
    ended_at: null,
    ended_by: null,
    status: 'Running',
    reason_code: null,
    reason: null,
  },
  {
    started_at: '2026-11-23T01:02:00Z',
    ended_at: '2026-11-23T10:50:00Z',
    ended_by: 'idle',
    status: 'Stopped',
    reason_code: 'IdleStop',
    reason: 'The instance was idle for 60 minutes.',
  },
  {
    started_at: '2026-11-22T02:00:00Z',
    ended_at: '2026-11-22T14:00:00Z',
    ended_by: 'scheduled',
    status: 'Stopped',
    reason_code: null,
    reason: null,
  },
  {
    started_at: '2026-11-21T02:00:00Z',
    ended_at: '2026-11-21T02:31:00Z',
    ended_by: 'debt',
    status: 'Arrearge',
    reason_code: 'Arrearage',
    reason: 'The account has an overdue payment.',
  },
  {
    started_at: null,
    ended_at: '2026-11-20T02:31:00Z',
    ended_by: null,
    status: 'Stopped',
    reason_code: null,
    reason: null,
  },
];

/** Samples of three hours: work, then a gap while the instance was stopped, work, and idleness. */
function threeHours(end: string): UtilizationSample[] {
  const last = Date.parse(end);
  return Array.from({ length: 180 }, (_, place) => {
    const ago = 179 - place;
    const isIdle = ago < 31;
    const wave = Math.abs(Math.sin(place / 3) * Math.cos(place / 11));
    const gpu = isIdle ? 0 : 55 + 44 * Math.abs(Math.sin(place / 17));
    return {
      at: new Date(last - ago * MINUTE).toISOString(),
      cpu_percent: isIdle ? 3 + 5 * wave : 30 + 45 * wave,
      gpu_percent: gpu,
      gpu_percents: [gpu],
      idle_minutes: Math.max(0, 31 - ago),
    };
  }).filter((_, place) => place < 50 || place > 79);
}

/** The states by name. */
export const FIXTURES: Readonly<Record<string, Fixture>> = {
  idle: { reading: healthy },
  soon: {
    reading: {
      ...healthy,
      source: { ...healthy.source, simulated: true },
      stops: [cpuIdleStop(3 * MINUTE), scheduledStop('2026-11-23T16:00:00Z', 183 * MINUTE)],
    },
  },
  near: {
    reading: {
      ...healthy,
      stops: [cpuIdleStop(48_000)],
    },
  },
  due: {
    reading: {
      ...healthy,
      stops: [cpuIdleStop(0)],
    },
  },
  scheduled: {
    reading: {
      ...healthy,
      stops: [scheduledStop('2026-11-24T16:30:00Z', 27.5 * 60 * MINUTE), armedStop],
    },
  },
  'in use': {
    reading: {
      ...healthy,
      stops: [armedStop],
    },
  },
  'no timers': { reading: { ...healthy, stops: [] } },
  'no stop known': {
    reading: { ...healthy, stops: [], stop_policies: 'not_available' },
  },
  policies: {
    reading: {
      ...healthy,
      stops: [
        {
          ...idleStop,
          decided_by: 'workspace',
          remaining_ms: 24 * MINUTE,
          idle_minutes: 36,
          can_skip: true,
          delayed: true,
        },
        scheduledStop('2026-11-23T16:00:00Z', 183 * MINUTE),
        {
          ...scheduledStop(null, null),
          decided_by: 'system',
          rule: {
            ...scheduledStop(null, null).rule,
            expression: 'RunningDuration > 24 h AND InstanceType = "free"',
          },
        },
        { ...armedStop, rule: { ...armedStop.rule, max_idle_minutes: 120 } },
      ],
      utilization: {
        cpu_percent: 7.4,
        gpu_percent: 0,
        gpu_percents: [0],
        cpu_cores: 8,
        measured_for_ms: 60_000,
      },
    },
    samples: threeHours('2026-11-23T13:00:00Z'),
  },
  measured: {
    reading: {
      ...healthy,
      stop_policies: 'not_available',
      utilization: {
        cpu_percent: 7.4,
        gpu_percent: 0,
        gpu_percents: [0],
        cpu_cores: 8,
        measured_for_ms: 60_000,
      },
      sessions,
    },
    samples: threeHours('2026-11-23T13:00:00Z'),
  },
  busy: {
    reading: {
      ...healthy,
      stops: [cpuIdleStop(30 * MINUTE - 17_000)],
      utilization: {
        cpu_percent: 71,
        gpu_percent: null,
        gpu_percents: [],
        cpu_cores: 8,
        measured_for_ms: 60_000,
      },
      sessions: [],
    },
    samples: threeHours('2026-11-23T13:00:00Z').slice(-1),
  },
  'not yet measured': { reading: healthy, samples: [] },
  saving: withInstance({ Status: 'Saving' }),
  stopped: withInstance({ Status: 'Stopped' }, { stops: [] }),
  failed: withInstance(
    {
      Status: 'Failed',
      ReasonCode: 'ImagePullBackOff',
      ReasonMessage: 'The image cannot be pulled',
    },
    { stops: [] },
  ),
  'save failed': withInstance({
    Status: 'SaveFailed',
    InstanceSnapshotList: [
      {
        ImageId: 'image-4',
        ImageName: 'qwen-finetune-1124',
        RepositoryUrl: 'https://cr.console.aliyun.com/repository/cn-hangzhou/nlp/qwen/images',
        GmtCreateTime: '2026-11-24T09:12:00Z',
        Status: 'Failed',
        ReasonMessage: 'The writable layer is larger than 100 GiB',
      },
      {
        ImageId: 'image-5',
        ImageName: 'qwen-finetune-1123',
        GmtCreateTime: '2026-11-23T09:12:00Z',
        Status: 'Failed',
        ReasonCode: 'null',
        ReasonMessage: '',
      },
    ],
  }),
  'time unknown': {
    reading: {
      ...healthy,
      stops: [scheduledStop(null, null), armedStop],
    },
  },
  'long over': {
    reading: {
      ...healthy,
      stops: [cpuIdleStop(-3 * 60 * MINUTE)],
    },
    failure: 'server-gone',
  },
  'failed without reason': withInstance({ Status: 'Failed' }, { stops: [] }),
  'error, last good': { reading: { ...healthy, age_ms: 380_000, error: denied } },
  offline: { reading: healthy, failure: 'server-gone' },
  'never read': {
    reading: {
      ...healthy,
      instance: null,
      read_at: null,
      age_ms: null,
      stops: [],
      stop_policies: 'not_available',
      error: denied,
      redacted: [],
    },
  },
  reading: { reading: null },
  'kernel gone': { reading: null, failure: 'kernel' },
  'many datasets': withInstance({
    Datasets: Array.from({ length: 130 }, (_, place) => ({
      MountPath: `/mnt/shards/${String(place).padStart(3, '0')}`,
      Uri: `oss://shards.oss-cn-hangzhou-internal.aliyuncs.com/part-${String(place)}/`,
      MountAccess: place % 3 ? 'RO' : 'RW',
    })),
  }),
  hostile: withInstance(
    {
      InstanceName: `${markup}${LRO}gnp.exe ${'very-long-name-'.repeat(12)}`,
      WorkspaceName: `a"b'c\u0007\u200fשלום`,
      Status: 'SomethingNew',
      InstanceUrl: 'javascript:alert(1)',
      JupyterlabUrl: 'https://aliyun.com.evil.example/',
      WebIDEUrl: 'https://user:pass@dsw.aliyun.com/',
      TerminalUrl: 'http://dsw.aliyun.com/',
      ImageName: 'x'.repeat(300),
      Datasets: [
        {
          MountPath: `/mnt/${'deep/'.repeat(60)}`,
          Uri: `oss://${'y'.repeat(200)}`,
          MountAccess: '<b>',
        },
      ],
      InstanceSnapshotList: [
        { ImageId: 'z', ImageName: markup, RepositoryUrl: 'data:text/html,x', Status: 'Odd' },
      ],
      Labels: [{ Key: markup, Value: `${LRO}abc` }],
    },
    { stops: [] },
  ),
  'some sections': { reading: healthy, sections: ['datasets', 'timers'] },
  all: { reading: healthy, sections: ['all', 'details'] },
};
