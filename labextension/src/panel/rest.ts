/**
 * The answer of `GET {base_url}jupyter-dsw/v1/instance`: docs and schema ship with the server
 * extension. GetInstance's elements keep their wire names.
 */
import type { Answer } from './contract.ts';

export type {
  Answer,
  Countdowns,
  IdleCountdown,
  Json,
  JsonObject,
  Origin,
  Problem,
  ScheduledCountdown,
} from './contract.ts';

/** An answer as a notebook keeps it: long lists are cut, and `left_out` says by how much. */
export interface KeptAnswer extends Answer {
  /** By the wire name of the list. */
  readonly left_out?: Readonly<Record<string, number>>;
}

/** Whether a body is this contract's, whatever its HTTP status; a proxy's error page is not. */
export function isAnswer(body: unknown): body is Answer {
  return Boolean((body as Answer | null)?.source) && 'next_read_in_ms' in (body as Answer);
}
