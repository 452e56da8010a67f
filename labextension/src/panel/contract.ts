// Written by scripts/contract_types.py from the server extension's rest-api.yml: change that, and
// run it.

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

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
  /** When the next request brings something new. */
  readonly next_read_in_ms: number;
  readonly countdowns: Countdowns | null;
  readonly error: Problem | null;
  readonly source: Source;
  /** What was removed from `instance`, by path; the values are not in the server either. */
  readonly redacted: readonly string[];
  /** What was left out of `instance` since it could not be read, by path. */
  readonly unreadable: readonly string[];
}

export interface Countdowns {
  readonly idle: IdleCountdown;
  readonly scheduled: ScheduledCountdown;
  /**
   * The nearest one with a known time. If there is none, but one whose time is unknown, that one,
   * with `remaining_ms` null.
   */
  readonly next_stop: 'idle' | 'scheduled' | null;
}

/**
 * Not set up; not idle now; running down; or set, but its time could not be read, which is not the
 * same as no stop.
 */
export type CountdownState = 'off' | 'active' | 'counting' | 'unknown';

export interface IdleCountdown {
  readonly state: CountdownState;
  /** As of this response. */
  readonly remaining_ms: number | null;
  readonly idle_minutes: number | null;
  readonly max_idle_minutes: number | null;
  readonly cpu_percent_threshold: number | null;
  /** Null unless the instance has GPUs. */
  readonly gpu_percent_threshold: number | null;
}

export interface ScheduledCountdown {
  readonly state: CountdownState;
  /** As of this response. */
  readonly remaining_ms: number | null;
  readonly due_time: string | null;
}

/** Why the last attempt failed, and what a person can do about it. */
export interface Problem {
  readonly code: string;
  /** In the language of `Content-Language`. */
  readonly message: string;
  /** In the language of `Content-Language`. */
  readonly advice: string;
  readonly request_id: string | null;
  readonly retry_in_ms: number;
}

export interface Source {
  /** Host (and port) that was called. */
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly instance_id: string | null;
  /** The endpoint said that it is an emulator. */
  readonly simulated: boolean;
  /**
   * How many times as fast as real time the instance lives, and the countdowns run. 1 unless it is
   * simulated.
   */
  readonly speed: number;
}
