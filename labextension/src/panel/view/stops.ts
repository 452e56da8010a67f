import { duration, minutes, moment, number } from '../format.ts';
import type { Language } from '../language.ts';
import { remainingMs } from '../reading.ts';
import type { IdleCountdown, ScheduledCountdown } from '../rest.ts';
import { countdownsOf, type Shown } from './shown.ts';

const MINUTE = 60_000;

/** How near a stop is: under 10 minutes `soon`, under 2 `near`, its moment passed `due`. */
export type Nearness = 'far' | 'soon' | 'near' | 'due';

/** How near a stop is that is `remaining` milliseconds away. */
export function nearness(remaining: number): Nearness {
  if (remaining <= 0) return 'due';
  return remaining < 2 * MINUTE ? 'near' : remaining < 10 * MINUTE ? 'soon' : 'far';
}

/** What is left until the next stop, in milliseconds; null if none is counting. */
export function untilNextStop(shown: Shown): number | null {
  const countdowns = countdownsOf(shown);
  const next = countdowns?.next_stop;
  return countdowns && next ? untilStop(shown, countdowns[next]) : null;
}

/** What is left of one countdown, in milliseconds; null if it is not counting. */
export function untilStop(
  { reading, now }: Shown,
  countdown: IdleCountdown | ScheduledCountdown,
): number | null {
  return reading && countdown.state === 'counting' && countdown.remaining_ms !== null
    ? remainingMs(countdown.remaining_ms, reading.at, now)
    : null;
}

/** Minutes the instance has been idle by now, and of how many: `[30, 60]`. */
export function idleMinutes(idle: IdleCountdown, remaining: number): [number, number] {
  const most = idle.max_idle_minutes ?? 0;
  return [Math.max(0, most - Math.ceil(Math.max(0, remaining) / MINUTE)), most];
}

/** "idle 30 of 60 min: stops in about 30 min unless CPU reaches 20 %". */
export function idleReason(language: Language, idle: IdleCountdown, remaining: number): string {
  const { t } = language;
  const { cpu_percent_threshold: cpu, gpu_percent_threshold: gpu } = idle;
  const [spent, most] = idleMinutes(idle, remaining);
  const so = t('idle %1 of %2 min', number(language, spent), number(language, most));
  if (remaining <= 0) return so;
  const about = minutes(language, remaining);
  if (cpu === null) return t('%1: stops in about %2 unless it is used', so, about);
  return gpu === null
    ? t('%1: stops in about %2 unless CPU reaches %3 %', so, about, cpu)
    : t('%1: stops in about %2 unless CPU reaches %3 % or GPU reaches %4 %', so, about, cpu, gpu);
}

/** What the idle timer waits for while the instance is in use. */
export function idleRule(language: Language, idle: IdleCountdown): string {
  const { t } = language;
  const { cpu_percent_threshold: cpu, gpu_percent_threshold: gpu } = idle;
  const most = number(language, idle.max_idle_minutes ?? 0);
  if (cpu === null) return t('stops after %1 idle min', most);
  return gpu === null
    ? t('stops after %1 idle min, with CPU under %2 %', most, cpu)
    : t('stops after %1 idle min, with CPU under %2 % and GPU under %3 %', most, cpu, gpu);
}

/** "scheduled for Nov 24, 2026, 9:00 PM". */
export function scheduledReason(language: Language, { due_time }: ScheduledCountdown): string {
  const { t } = language;
  return due_time ? t('scheduled for %1', moment(language, due_time)) : t('scheduled');
}

/** What is said in place of a countdown whose moment has passed. */
export function passed(language: Language, remaining: number): string {
  const { t } = language;
  return remaining > -2 * MINUTE
    ? t('Stopping any moment now')
    : t('Was due to stop %1 ago', duration(language, -remaining));
}
