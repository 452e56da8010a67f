import { now } from './clock.ts';
import type { Answer } from './contract.ts';

/**
 * The answer of `GET {base_url}jupyter-dsw/v1/instance`: docs and schema ship with the server
 * extension. GetInstance's elements keep their wire names.
 */

/** An answer as a notebook keeps it: long lists are cut, and `left_out` says by how much. */
export interface KeptAnswer extends Answer {
  /** By the wire name of the list. */
  readonly left_out?: Readonly<Record<string, number>>;
}

/** Whether a body is this contract's, whatever its HTTP status; a proxy's error page is not. */
export function isAnswer(body: unknown): body is Answer {
  return Boolean((body as Answer | null)?.source) && 'next_read_in_ms' in (body as Answer);
}

/** A response, and the moment of `now()` at which its ages and remainders held. */
export interface Reading {
  readonly answer: Answer;
  readonly at: number;
}

/** By how much two responses may date the same reading apart, in milliseconds. */
const DATING_MS = 1000;
/** How long a response is on its way at most, unless something is wrong, in milliseconds. */
const TRANSIT_MS = 100;

/** How many times as fast as real time an instance runs; 1 unless it is simulated at a speed. */
export function speedOf(answer: Answer | undefined): number {
  const speed = answer?.source.speed;
  return speed !== undefined && speed > 0 ? speed : 1;
}

/** The age that a response had when the server sent it, in milliseconds of real time. */
function ageSent(answer: Answer): number {
  return (answer.age_ms ?? 0) / speedOf(answer);
}

/** Whether the instance was read before it was requested; moments of `now()`. */
export function wasCached(answer: Answer, sent: number, received: number): boolean {
  return ageSent(answer) > received - sent + TRANSIT_MS;
}

/**
 * Date a response by when its request was sent, so that a slow one makes no stop look later than it is.
 * What was read during the request is as old as the request at most.
 */
export function receivedReading(answer: Answer, sent: number, received: number): Reading {
  const during = wasCached(answer, sent, received) ? 0 : Math.min(ageSent(answer), received - sent);
  return { answer, at: sent + during };
}

/**
 * Date a reading that someone else kept since it was taken: a trait set a while ago, or saved in a
 * notebook last week. Its age is then at least what the wall clock says.
 */
export function keptReading(answer: Answer): Reading {
  const sinceReading = Date.now() - Date.parse(answer.read_at ?? '');
  const unaccounted = Math.max(0, sinceReading - (answer.age_ms ?? 0) || 0);
  return { answer, at: now() - unaccounted };
}

/** Milliseconds since the moment of a reading, by the instance's own time. */
export function elapsedSince({ answer, at }: Reading): number {
  return (now() - at) * speedOf(answer);
}

/** Whether the instance was read later for this one than for the other. */
export function isNewer(reading: Reading, other: Reading): boolean {
  const taken = ({ answer, at }: Reading) => at - ageSent(answer);
  return taken(reading) - taken(other) > DATING_MS;
}
