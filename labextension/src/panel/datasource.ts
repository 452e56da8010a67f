import type { DatedReading } from './reading.ts';

/**
 * Why there is no response. `signed-out`: the server does not know the person any more.
 * `not-permitted`: it does, and the person may not read the instance. `server-gone`: it does not
 * respond, or something else responds in its place. `absent`: it has no jupyter-dsw. `kernel`: the
 * kernel does not respond.
 */
export type FailureKind = 'signed-out' | 'not-permitted' | 'server-gone' | 'absent' | 'kernel';

/** What a source knows now. */
export interface DataSourceState {
  readonly reading: DatedReading | null;
  /** Null once there is a response again; the last reading stays meanwhile. */
  readonly failure: FailureKind | null;
  /** Whether a request is on its way. */
  readonly requesting: boolean;
  /** Whether the last refresh brought nothing new: the server calls the endpoint at most every 5 s. */
  readonly nothingNewer?: boolean;
}

/** Where panels get readings from. Panels of different versions may share one, so it is small. */
export interface DataSource {
  readonly state: DataSourceState;
  /** Calls back on changes, and requests readings, until what is returned is called. */
  watch(changed: () => void): () => void;
  /** Requests a new reading now, for a person. */
  refresh(): void;
  /** Called by whoever ticks: notices that the machine slept, and requests what is due now. */
  heartbeat(): void;
}
