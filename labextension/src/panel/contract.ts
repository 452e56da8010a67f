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
  /** Both stops as of this response; null if no instance was ever read. */
  readonly countdowns: Countdowns | null;
  /** Why the last attempt to read failed; null if it did not. */
  readonly error: Problem | null;
  /** Which endpoint, region and instance ID. */
  readonly source: Source;
  /** What was removed from `instance`, by path; the values are not in the server either. */
  readonly redacted: readonly string[];
  /** What was left out of `instance` since it could not be read, by path. */
  readonly unreadable: readonly string[];
}

/** Both stops, and which comes first. */
export interface Countdowns {
  /** The stop after idleness. */
  readonly idle: IdleCountdown;
  /** The stop by schedule. */
  readonly scheduled: ScheduledCountdown;
  /** The nearest one with a known time, else one whose time is unknown; null where none is set. */
  readonly next_stop: 'idle' | 'scheduled' | null;
}

/** The stop after idleness, from `IdleInstanceCuller`. */
export interface IdleCountdown {
  /**
   * `off`: no such stop is set; `active`: the instance is not idle now; `counting`: it is;
   * `unknown`: it is set, but its time could not be read, which is not the same as no stop.
   */
  readonly state: 'active' | 'counting' | 'off' | 'unknown';
  /**
   * Milliseconds to the stop, as of this response, if the instance stays idle; null unless
   * counting.
   */
  readonly remaining_ms: number | null;
  /** Minutes the instance had been idle when the endpoint responded. */
  readonly idle_minutes: number | null;
  /** Minutes of idleness after which it is stopped. */
  readonly max_idle_minutes: number | null;
  /** CPU utilization in percent that ends idleness. */
  readonly cpu_percent_threshold: number | null;
  /** GPU utilization in percent that ends idleness; null unless this is a GPU instance. */
  readonly gpu_percent_threshold: number | null;
}

/** The stop by schedule, from `InstanceShutdownTimer`. */
export interface ScheduledCountdown {
  /**
   * `off`: no such stop is set; `counting`: it is; `unknown`: it is set, but its time could not be
   * read.
   */
  readonly state: 'active' | 'counting' | 'off' | 'unknown';
  /** Milliseconds to the stop, as of this response; null unless counting. */
  readonly remaining_ms: number | null;
  /** When it will be stopped (UTC), by the endpoint's clock; null where that is unknown. */
  readonly due_time: string | null;
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
   * How many times as fast as real time the instance lives, and the countdowns run: 1 unless it is
   * simulated.
   */
  readonly speed: number;
}
