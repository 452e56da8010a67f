import type { Reading } from './reading.ts';

/**
 * Why no answer came. `offline`: the server cannot be reached. `login`: it wants the person to sign
 * in again. `absent`: it has no jupyter-dsw. `kernel`: the kernel does not answer.
 */
export type Trouble = 'offline' | 'login' | 'absent' | 'kernel';

/** What a source knows now. */
export interface SourceState {
  readonly reading: Reading | null;
  /** Null once an answer came again; the last reading is kept meanwhile. */
  readonly trouble: Trouble | null;
  readonly asking: boolean;
}

/** Where panels get answers from. Panels of different versions may share one: keep it small. */
export interface Source {
  readonly state: SourceState;
  /** Calls back on changes, and asks for them, until what is returned is called. */
  watch(changed: () => void): () => void;
  /** A watcher's wish for a new reading, now. */
  refresh(): void;
  /** Called by whoever ticks: notices that the machine slept, and asks if that is due now. */
  heartbeat(): void;
}
