// Written by scripts/contract.py from the Python structs: change those, and run it.

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** A reading as the server sends it: the REST contract. */
export interface Reading {
  /** GetInstance's own element names and nesting, secrets removed; null if none was ever read. */
  readonly instance: JsonObject | null;
  /** When the endpoint responded, UTC, by the clock of `read_at_by`; null if it never did. */
  readonly read_at: string | null;
  /**
   * Whose clock `read_at` is by, and the time left until a due time: the endpoint's, or, where its
   * response had no `Date`, that of the machine that called it.
   */
  readonly read_at_by: 'endpoint' | 'local';
  /** How long ago the request for it was sent, by a clock of the server that counts sleep. */
  readonly age_ms: number | null;
  /** In how many milliseconds the next request brings something new. */
  readonly next_read_in_ms: number;
  /**
   * What will or may stop the instance, as of this response: nearest first, then those whose time
   * is unknown, then those that do not count now. Empty for an instance that has ended.
   */
  readonly stops: readonly Stop[];
  /**
   * Whether stop policies are among `stops`: `read`; `off`, by the setting; `not_available`: they
   * could not be read. Unless they were read, an empty list is not the same as no stop.
   */
  readonly stop_policies: 'not_available' | 'off' | 'read';
  /** The last runs of the instance, newest first; null if they were never read. */
  readonly sessions: readonly Session[] | null;
  /** How busy the container is, measured in it; null where it is not measured. */
  readonly utilization: Utilization | null;
  /** Why the last attempt to read failed; null if it did not. */
  readonly error: Problem | null;
  /** Which endpoint, region and instance ID. */
  readonly source: Source;
  /** What was removed from `instance`, by path; the values are not in the server either. */
  readonly redacted: readonly string[];
  /** What was left out of `instance` since it could not be read, by path. */
  readonly unreadable: readonly string[];
}

/** What stops the instance, or may stop it. */
export interface Stop {
  /** `idle`: after idleness; `scheduled`: at a moment, whatever the instance does. */
  readonly kind: 'idle' | 'scheduled';
  /** Whose setting it is: the instance's own, or a policy's. */
  readonly decided_by: 'instance' | 'system' | 'unknown' | 'user' | 'workspace';
  /**
   * `counting`: on its way; `armed`: set, and the instance is not idle now; `unknown`: set, but its
   * time is not known.
   */
  readonly state: 'armed' | 'counting' | 'unknown';
  /** Milliseconds to the stop, as of this response, if nothing changes; null unless counting. */
  readonly remaining_ms: number | null;
  /** When that is (UTC), by the endpoint's clock; null where it is unknown. */
  readonly at: string | null;
  /**
   * Minutes the instance had been idle when the endpoint responded; null where that is not known,
   * and of a scheduled stop.
   */
  readonly idle_minutes: number | null;
  /** What was set. */
  readonly rule: StopRule;
  /** Whether the user can skip it in the console. */
  readonly can_skip: boolean;
  /** Whether a delay runs, at whose end it comes. */
  readonly delayed: boolean;
}

/** When a stop comes, as it was set. */
export interface StopRule {
  /** Minutes of idleness after which the instance is stopped; null where that is not known. */
  readonly max_idle_minutes: number | null;
  /** CPU utilization in percent that ends idleness; null where it does not count. */
  readonly cpu_percent: number | null;
  /** GPU utilization in percent that ends idleness; null unless this is a GPU instance. */
  readonly gpu_percent: number | null;
  /** The policy's own text, where it is not understood. */
  readonly expression: string | null;
}

/** One run of the instance, from its start to its stop or failure. */
export interface Session {
  /** When it started (UTC); null where that is not known. */
  readonly started_at: string | null;
  /** When its stop began (UTC), or the last that is known of it; null while it runs. */
  readonly ended_at: string | null;
  /**
   * What ended it; `other` where there is a reason that is not understood; null while it runs, and
   * where no reason is given.
   */
  readonly ended_by: 'debt' | 'failure' | 'idle' | 'other' | 'person' | 'scheduled' | null;
  /** Its last status, as GetInstance's; also `ArrearStopping` and `Arrearge`, for debt. */
  readonly status: string | null;
  /** The platform's code for why it ended; no list of codes is published. */
  readonly reason_code: string | null;
  /** The platform's message on why it ended, secrets removed. */
  readonly reason: string | null;
}

/** CPU and GPU utilization of this container over the last minute or so, measured in it. */
export interface Utilization {
  /** CPU time used, in percent of what `cpu_cores` cores can do in that time; null if unknown. */
  readonly cpu_percent: number | null;
  /** Mean of `gpu_percents`; null if one of them is unknown. */
  readonly gpu_percent: number | null;
  /** GPU utilization of each GPU, as NVML reports it; empty where NVML or a GPU is missing. */
  readonly gpu_percents: readonly (number | null)[];
  /**
   * How many cores are 100 % of CPU: the quota of the cgroup, its CPU set, or the requested cores
   * of the instance; null if unknown.
   */
  readonly cpu_cores: number | null;
  /** Over how many milliseconds the CPU time was measured. */
  readonly measured_for_ms: number;
}

/** The samples of the last 24 hours, as the server sends them. */
export interface UtilizationSamples {
  /**
   * The present moment (UTC) by the clock that the samples are dated by: a browser's may differ.
   */
  readonly now: string;
  /** Milliseconds from one sample to the next; where more lie between two, none were taken. */
  readonly between_ms: number;
  /** The oldest first. */
  readonly samples: readonly UtilizationSample[];
}

/** The utilization up to one moment, since the sample before it. */
export interface UtilizationSample {
  /** The end of the measurement (UTC), by this machine's clock. */
  readonly at: string;
  /** CPU time used, in percent of the cores that the container may use; null if unknown. */
  readonly cpu_percent: number | null;
  /** Mean of `gpu_percents`; null if one of them is unknown. */
  readonly gpu_percent: number | null;
  /** GPU utilization of each GPU; empty where NVML or a GPU is missing. */
  readonly gpu_percents: readonly (number | null)[];
  /**
   * Minutes of idleness that PAI-DSW itself had counted by then, as last read; null if unknown or
   * if no idle stop is set.
   */
  readonly idle_minutes: number | null;
}

/** What a stop may end or remove. */
export interface AtRisk {
  /** Where the files of JupyterLab are. */
  readonly folder: string;
  /** The disk on which it lies; null where that is not known. */
  readonly disk: Disk | null;
  /** Whether it is on a mounted disk, which is there after a stop; null where that is unknown. */
  readonly kept: boolean | null;
  /** The terminals of JupyterLab; null where that is not known. */
  readonly terminals: readonly Terminal[] | null;
}

/** A terminal of JupyterLab. */
export interface Terminal {
  /** As JupyterLab names it. */
  readonly name: string;
  /** The names of the processes that its shell runs; null where that is not known. */
  readonly jobs: readonly string[] | null;
}

/** A mounted file system. */
export interface Disk {
  /** Where it is mounted. */
  readonly mounted_at: string;
  /** Its type, as the kernel names it: `nfs4`, `ext4`. */
  readonly type: string;
}

/** Why the last attempt failed, and when the next one is due. */
export interface Problem {
  /** Which kind of error it is. */
  readonly code: string;
  /** What failed, in the language of `Content-Language`. */
  readonly message: string;
  /** What to do next, in the language of `Content-Language`. */
  readonly advice: string;
  /** Alibaba Cloud's ID of the request, for its support; null where no response came. */
  readonly request_id: string | null;
  /** When the next attempt is due: milliseconds from this response. */
  readonly retry_in_ms: number;
}

/** Where a response comes from, as far as it is known; never a credential. */
export interface Source {
  /** The host that was called, with its port where it is not the default one. */
  readonly endpoint: string | null;
  /** The region, `cn-hangzhou`. */
  readonly region: string | null;
  /** The instance's ID, `dsw-…`. */
  readonly instance_id: string | null;
  /** Whether the endpoint is an emulator, as it reported itself. */
  readonly simulated: boolean;
  /**
   * How many times as fast as real time the instance lives, and its stops come: 1 unless it is
   * simulated.
   */
  readonly speed: number;
}
