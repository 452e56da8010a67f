import type { StopKind } from './countdown.ts';

/**
 * Which stop is which, over several readings. Python follows the same rule; tests/stops has the
 * sequences that both are tested with.
 */

/** What one reading has about the stop of a kind. All times are in milliseconds. */
export interface StopReading {
  readonly kind: StopKind;
  /** When it is due by this reading; null unless it is counting. */
  readonly due: number | null;
  /** Its moment has passed, and it was not carried out. */
  readonly overdue: boolean;
  /** Of a scheduled stop: the moment that it was set to; null if the endpoint did not state it. */
  readonly dueTime: number | null;
  readonly idleMinutes: number | null;
}

/** What is known of a stop from all readings so far. */
export interface KnownStop {
  /** The earliest. */
  readonly due: number;
  /** The earliest. */
  readonly dueTime: number | null;
  /** The most. */
  readonly idleMinutes: number | null;
  /** The instance was in use since, so that the next stop is another one. */
  readonly ended: boolean;
}

const SAME_DUE_TIME_MS = 5000;
const SAME_SCHEDULED_MS = 30_000;
/** Some endpoints bring idle minutes up to date every 5 minutes only. */
const SAME_IDLE_MS = 6 * 60_000;
/** Idle time comes in whole minutes, so a slow response may bring one less. */
const SAME_IDLE_MINUTES = 1;

function hasBeenUsed(known: KnownStop, { idleMinutes }: StopReading): boolean {
  return idleMinutes !== null && idleMinutes < (known.idleMinutes ?? 0) - SAME_IDLE_MINUTES;
}

function isAnother(known: KnownStop, reading: StopReading, due: number): boolean {
  const { kind, dueTime, overdue } = reading;
  if (known.ended || (kind === 'idle' && hasBeenUsed(known, reading))) return true;
  if (dueTime !== null && known.dueTime !== null) return dueTime > known.dueTime + SAME_DUE_TIME_MS;
  const tolerance = kind === 'idle' ? SAME_IDLE_MS : SAME_SCHEDULED_MS;
  return !overdue && due > known.due + tolerance;
}

const least = (a: number | null, b: number | null) =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

/**
 * What is known after a reading, and whether that is another stop than before. A reading without a
 * stop changes nothing, unless it shows that the instance was used.
 */
export function follow(
  known: KnownStop | null,
  reading: StopReading,
): { readonly known: KnownStop | null; readonly another: boolean } {
  const { due, dueTime, idleMinutes, kind } = reading;
  if (due === null) {
    const ended = known !== null && kind === 'idle' && hasBeenUsed(known, reading);
    return { known: ended ? { ...known, ended } : known, another: false };
  }
  if (!known || isAnother(known, reading, due)) {
    return { known: { due, dueTime, idleMinutes, ended: false }, another: true };
  }
  return {
    known: {
      due: Math.min(known.due, due),
      dueTime: least(known.dueTime, dueTime),
      idleMinutes:
        idleMinutes === null ? known.idleMinutes : Math.max(known.idleMinutes ?? 0, idleMinutes),
      ended: false,
    },
    another: false,
  };
}
