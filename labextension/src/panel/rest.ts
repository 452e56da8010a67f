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

/** Whether a body is this contract's, whatever its HTTP status; a proxy's error page is not. */
export function isAnswer(body: unknown): body is Answer {
  const answer = body as Partial<Answer> | null;
  return answer?.source !== undefined && answer.next_read_in_ms !== undefined;
}
