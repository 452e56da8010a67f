import { MINUTE } from '../panel/index.ts';
import type { Stop } from './stops.ts';

/** So long before a stop a tab saves by itself, if it is set to. */
export const SAVE_MS = 2 * MINUTE;
/** By how much the moment of a stop may move until it is saved for again. */
const SAME_STOP_MS = { idle: 6 * MINUTE, scheduled: 30_000 } as const;

/** Remembers which stops a tab has saved for. */
export class SavedStops {
  /** Whether it is time to save, and this was not done for the stop yet; from then on it was. */
  take({ id, kind, due, left }: Stop): boolean {
    const saved = this._moments.get(id) ?? -Infinity;
    if (left > SAVE_MS || Math.abs(due - saved) < SAME_STOP_MS[kind]) return false;
    this._moments.set(id, due);
    return true;
  }

  /** By the IDs of the stops. */
  private readonly _moments = new Map<string, number>();
}
