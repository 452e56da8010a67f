import { elapsedSince, type DatedReading } from '../panel/index.ts';

/** Over, and not reported any more: there was no reading since. */
export const FORGET_MS = 2 * 60_000;

/** What may stop an instance. */
export type StopKind = 'idle' | 'scheduled';

/** A stop of an instance, as of now. */
export interface Stop {
  readonly instance: string;
  readonly kind: StopKind;
  /** Milliseconds until then, by the instance's time. */
  readonly left: number;
  /** When that is, in milliseconds since the epoch by the endpoint's clock: the same in all tabs. */
  readonly due: number;
  /** The idle minutes after which the instance is stopped; null unless it is an idle stop. */
  readonly idleLimit: number | null;
}

/** The age of a reading in milliseconds, by the instance's time. */
export function ageOf(reading: DatedReading | null): number {
  return reading ? (reading.age_ms ?? 0) + elapsedSince(reading) : 0;
}

/** Milliseconds since the epoch at which a reading was taken, by the endpoint's clock. */
export function momentOf(reading: DatedReading): number {
  const { read_at: readAt } = reading;
  // Without a date of its own the local clock has to do.
  return readAt === null ? Date.now() - ageOf(reading) : Date.parse(readAt);
}

/**
 * The stop of a kind, ahead or over; null if none is counting. Always computed from the response's
 * own remainder: no timer's lateness adds up.
 */
function stopOf(reading: DatedReading | null, kind: StopKind): Stop | null {
  const { countdowns, age_ms: age, source } = reading ?? {};
  const remaining = countdowns?.[kind].remaining_ms;
  if (!reading || typeof remaining !== 'number') return null;
  return {
    instance: source?.instance_id ?? '',
    kind,
    left: remaining - elapsedSince(reading),
    due: momentOf(reading) + (age ?? 0) + remaining,
    idleLimit: kind === 'idle' ? (countdowns?.idle.max_idle_minutes ?? null) : null,
  };
}

/** All stops that a reading has, ahead or over. */
export function stopsIn(reading: DatedReading | null): Stop[] {
  return (['idle', 'scheduled'] as const)
    .map(kind => stopOf(reading, kind))
    .filter(stop => stop !== null);
}

/** What a reading has about the stop of a kind, to follow it over several readings. */
export function stopReadingOf(reading: DatedReading, kind: StopKind): StopReading {
  const { idle, scheduled } = reading.countdowns ?? {};
  const dueTime = kind === 'scheduled' ? Date.parse(scheduled?.due_time ?? '') : NaN;
  return {
    kind,
    due: stopOf(reading, kind)?.due ?? null,
    overdue: (kind === 'idle' ? idle : scheduled)?.remaining_ms === 0,
    dueTime: isNaN(dueTime) ? null : dueTime,
    idleMinutes: kind === 'idle' ? (idle?.idle_minutes ?? null) : null,
  };
}

/** The next stop that a reading has, ahead or over; null if none is counting. */
export function stopIn(reading: DatedReading | null): Stop | null {
  const kind = reading?.countdowns?.next_stop;
  return kind ? stopOf(reading, kind) : null;
}

/** Whether a stop is long over. */
export function isOver({ left }: Pick<Stop, 'left'>): boolean {
  return left < -FORGET_MS;
}

/** The next stop; null too if it is long over. */
export function nextStop(reading: DatedReading | null): Stop | null {
  const stop = stopIn(reading);
  return stop && !isOver(stop) ? stop : null;
}

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
