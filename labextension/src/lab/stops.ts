import {
  elapsedSince,
  MINUTE,
  type DatedReading,
  type Stop as ReportedStop,
  type StopRule,
} from '../panel/index.ts';

/** Over, and not reported any more: there was no reading since. */
export const FORGET_MS = 2 * 60_000;

/** What may stop an instance. */
export type StopKind = ReportedStop['kind'];

/** A stop of an instance, as of now. */
export interface Stop {
  readonly instance: string;
  /** Which of the instance's stops it is: the same in all readings and tabs. */
  readonly id: string;
  readonly kind: StopKind;
  readonly decidedBy: ReportedStop['decided_by'];
  /** Milliseconds until then, by the instance's time. */
  readonly left: number;
  /** When that is, in milliseconds since the epoch by the endpoint's clock: the same in all tabs. */
  readonly due: number;
  readonly rule: StopRule;
  /** Whether the person can skip it in the console. */
  readonly canSkip: boolean;
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

/** Python's `stop_tracker` knows a stop by the same. */
export function idOf({ kind, decided_by: decidedBy, rule }: ReportedStop): string {
  return [kind, decidedBy, rule.expression ?? ''].join(' ');
}

/**
 * A stop that comes `remaining` milliseconds after a response. Always computed from the response's
 * own remainder: no timer's lateness adds up.
 */
function stopAfter(reading: DatedReading, stop: ReportedStop, remaining: number): Stop {
  return {
    instance: reading.source.instance_id ?? '',
    id: idOf(stop),
    kind: stop.kind,
    decidedBy: stop.decided_by,
    left: remaining - elapsedSince(reading),
    due: momentOf(reading) + (reading.age_ms ?? 0) + remaining,
    rule: stop.rule,
    canSkip: stop.can_skip,
  };
}

/** The stops of a reading, nearest first; of two with one ID the nearer. */
function reportedIn(reading: DatedReading | null): ReportedStop[] {
  const stops = reading?.stops ?? [];
  return stops.filter((stop, place) => stops.findIndex(one => idOf(one) === idOf(stop)) === place);
}

/** All stops that are counting in a reading, ahead or over; the nearest first. */
export function stopsIn(reading: DatedReading | null): Stop[] {
  if (!reading) return [];
  return reportedIn(reading).flatMap(stop =>
    stop.remaining_ms === null ? [] : [stopAfter(reading, stop, stop.remaining_ms)],
  );
}

/**
 * The stops that do not count yet, each at its earliest possible moment: as if the instance had been
 * idle ever since the reading.
 */
export function earliestIn(reading: DatedReading | null): Stop[] {
  if (!reading) return [];
  return reportedIn(reading).flatMap(stop => {
    const { state, idle_minutes: idle, rule } = stop;
    if (state !== 'armed' || rule.max_idle_minutes === null) return [];
    const remaining = (rule.max_idle_minutes - (idle ?? 0)) * MINUTE - (reading.age_ms ?? 0);
    return [stopAfter(reading, stop, remaining)];
  });
}

/** What a reading has about each stop, to follow them over several readings. */
export function stopReadingsOf(reading: DatedReading): StopReading[] {
  const counting = stopsIn(reading);
  return reportedIn(reading).map(stop => {
    const { kind, at, idle_minutes: idleMinutes, remaining_ms: remaining } = stop;
    const id = idOf(stop);
    const dueTime = kind === 'scheduled' ? Date.parse(at ?? '') : NaN;
    return {
      id,
      kind,
      due: counting.find(one => one.id === id)?.due ?? null,
      overdue: remaining === 0,
      dueTime: isNaN(dueTime) ? null : dueTime,
      idleMinutes,
    };
  });
}

/** Whether a reading has a stop at all, counting or not. */
export function isReported(reading: DatedReading | null, id: string): boolean {
  return reportedIn(reading).some(stop => idOf(stop) === id);
}

/** The next stop that a reading has, ahead or over; null if none is counting. */
export function stopIn(reading: DatedReading | null): Stop | null {
  return stopsIn(reading)[0] ?? null;
}

/** Whether a stop is long over. */
export function isOver({ left }: Pick<Stop, 'left'>): boolean {
  return left < -FORGET_MS;
}

/** The next stop that is not long over; null if there is none. */
export function nextStop(reading: DatedReading | null): Stop | null {
  return stopsIn(reading).find(stop => !isOver(stop)) ?? null;
}

/**
 * Which stop is which, over several readings. Python follows the same rule; tests/stops has the
 * sequences that both are tested with.
 */

/** What one reading has about a stop. All times are in milliseconds. */
export interface StopReading {
  readonly id: string;
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

function hasBeenUsed(known: KnownStop, { idleMinutes }: Pick<StopReading, 'idleMinutes'>): boolean {
  return idleMinutes !== null && idleMinutes < (known.idleMinutes ?? 0) - SAME_IDLE_MINUTES;
}

function isAnother(known: KnownStop, reading: Omit<StopReading, 'id'>, due: number): boolean {
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
  reading: Omit<StopReading, 'id'>,
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
