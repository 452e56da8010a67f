/**
 * The answer of `GET {base_url}jupyter-dsw/v1/instance`: docs and schema ship with the server
 * extension. GetInstance's elements keep their wire names.
 */

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** `active`: the timer is set but does not run, because the instance is in use. */
export type CountdownState = 'off' | 'active' | 'counting';

export interface IdleCountdown {
  readonly state: CountdownState;
  /** As of the answer, in milliseconds; null unless counting. */
  readonly remaining_ms: number | null;
  readonly idle_minutes: number | null;
  readonly max_idle_minutes: number | null;
  readonly cpu_percent_threshold: number | null;
  /** Null unless the instance has a GPU. */
  readonly gpu_percent_threshold: number | null;
}

export interface ScheduledCountdown {
  readonly state: CountdownState;
  /** As of the answer, in milliseconds; null unless counting. */
  readonly remaining_ms: number | null;
  /** RFC 3339. */
  readonly due_time: string | null;
}

export interface Countdowns {
  readonly idle: IdleCountdown;
  readonly scheduled: ScheduledCountdown;
  readonly next_stop: 'idle' | 'scheduled' | null;
}

/** Why the last attempt to read failed, and what a person can do about it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly request_id: string | null;
  readonly retry_in_ms: number | null;
}

export interface Origin {
  /** Host and port. */
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly instance_id: string | null;
  readonly simulated: boolean;
}

export interface Answer {
  readonly instance: JsonObject | null;
  /** When the endpoint answered, RFC 3339. */
  readonly read_at: string | null;
  /** How old that is, in milliseconds. */
  readonly age_ms: number | null;
  /** When asking again brings something new, in milliseconds. */
  readonly next_read_in_ms: number;
  readonly countdowns: Countdowns | null;
  readonly error: Problem | null;
  readonly source: Origin;
  /** Wire paths of what was removed because it is secret. */
  readonly redacted: readonly string[];
}

/** Whether a body is this contract's, whatever its HTTP status; a proxy's error page is not. */
export function isAnswer(body: unknown): body is Answer {
  const answer = body as Partial<Answer> | null;
  return answer?.source !== undefined && answer.next_read_in_ms !== undefined;
}
