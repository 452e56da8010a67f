import { duration, measure, MINUTE, minutes, moment, number, percent } from '../format.ts';
import { t } from '../language.ts';
import type { IdleCountdown } from '../rest.ts';
import type { Shown } from './shown.ts';

/** A timer in words. */
export interface Timer {
  readonly name: string;
  /** Milliseconds, negative once its moment has passed; null unless it counts. */
  readonly left: number | null;
  /** What it waits for, or what it is set to; null if it is off. */
  readonly why: string | null;
}

export interface Timers {
  readonly idle: Timer;
  readonly scheduled: Timer;
  readonly next: Timer | null;
  /** Idle minutes until the idle stop. */
  readonly most: number;
}

/** "idle 30 of 60 min: stops in about 30 min unless CPU reaches 20 %"; the rule while in use. */
function idleReason(idle: IdleCountdown, left: number | null): string | null {
  const { cpu_percent_threshold: cpu, gpu_percent_threshold: gpu } = idle;
  const most = idle.max_idle_minutes ?? 0;
  const limit = measure(number(most), t('min'));
  if (left === null) {
    return idle.state === 'active'
      ? t('stops after %1 idle', limit) +
          (cpu === null ? '' : t(', with CPU under %1', percent(cpu))) +
          (gpu === null ? '' : t(' and GPU under %1', percent(gpu)))
      : null;
  }
  const spent = Math.max(0, most - Math.ceil(Math.max(0, left) / MINUTE));
  const so = t('idle %1 of %2', number(spent), limit);
  return left > 0
    ? t('%1: stops in about %2 unless ', so, minutes(left)) +
        (cpu === null ? t('it is used') : t('CPU reaches %1', percent(cpu))) +
        (gpu === null ? '' : t(' or GPU reaches %1', percent(gpu)))
    : so;
}

/** What is said in place of a countdown whose moment has passed. */
export function passed(left: number): string {
  return left > -2 * MINUTE
    ? t('Stopping any moment now')
    : t('Was due to stop %1 ago', duration(-left));
}

/** Both timers, and the one that stops the instance next; null if the answer has none. */
export function timersOf({ known, elapsed }: Shown): Timers | null {
  if (!known?.countdowns) return null;
  const { idle, scheduled, next_stop: next } = known.countdowns;
  // Always from the remainder at receipt, never by decrementing: no timer's lateness adds up.
  const leftOf = (remaining: number | null) => (remaining === null ? null : remaining - elapsed);
  const untilIdle = leftOf(idle.remaining_ms);
  const untilDue = leftOf(scheduled.remaining_ms);
  const timers = {
    idle: { name: t('Idle stop'), left: untilIdle, why: idleReason(idle, untilIdle) },
    scheduled: {
      name: t('Scheduled stop'),
      left: untilDue,
      why: untilDue === null ? null : t('scheduled for %1', moment(scheduled.due_time ?? '—')),
    },
  };
  return { ...timers, next: next && timers[next], most: idle.max_idle_minutes || 1 };
}

/** What is left until the next stop, in milliseconds; null if none is counting. */
export function untilNextStop(shown: Shown): number | null {
  return timersOf(shown)?.next?.left ?? null;
}
