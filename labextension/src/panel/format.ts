import { locale, t } from './language.ts';

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A number as the language writes it, with at most `digits` decimals. */
export function number(value: number, digits = 0): string {
  // Most numbers are short and whole, and the language's writing of them is costly in a tick.
  return value % 1 || value > 999
    ? value.toLocaleString(locale, { maximumFractionDigits: digits })
    : `${value}`;
}

/** A value and its unit, which no line break parts. */
export function measure(value: string, unit: string): string {
  return `${value}\u00a0${unit}`;
}

export function percent(value: number): string {
  return t('%1\u00a0%', number(value));
}

/**
 * The values and units of a duration, from the largest that is not zero down to seconds; from a day
 * on down to minutes. Whole units only: 59.9 s are 59 s.
 */
export function durationParts(ms: number): [value: string, unit: string][] {
  const units: [number, string][] = [
    [ms / DAY, t('d')],
    [(ms % DAY) / HOUR, t('h')],
    [(ms % HOUR) / MINUTE, t('min')],
    [(ms % MINUTE) / 1000, t('s')],
  ];
  const first = units.findIndex(([value]) => value >= 1);
  return units
    .slice(first)
    .slice(0, 3)
    .map(([value, unit]) => [number(Math.floor(value)), unit]);
}

/** A duration to the two largest units, without zeros at its end: "1 h 5 min", "2 d", "45 s". */
export function duration(ms: number): string {
  return durationParts(ms)
    .slice(0, 2)
    .filter(([value], place) => !place || value !== '0')
    .map(([value, unit]) => measure(value, unit))
    .join(' ');
}

/** A duration in whole minutes, rounded up: what is said of a timer that counts minutes. */
export function minutes(ms: number): string {
  return duration(Math.ceil(ms / MINUTE) * MINUTE);
}

const clocks: Record<string, Intl.DateTimeFormat> = {};

/** A moment by the reader's own time zone; the text itself if it is no RFC 3339 time. */
export function moment(text: string): string {
  const date = new Date(text);
  if (isNaN(+date)) return text;
  // To make one is costly in a tick.
  const clock = (clocks[locale] ??= new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
  }));
  return clock.format(date);
}

const QUANTITY = /^([\d.]+)\s*([KMGT]?)i?B?$/i;

/** GiB of a quantity of GetInstance: "32", "8Gi" and "128GB" are all GiB; NaN if it is none. */
export function gibibytes(quantity: string): number {
  const [, value = NaN, unit = ''] = QUANTITY.exec(quantity.trim()) ?? [];
  return +value * 1024 ** ('KMGT'.indexOf(unit.toUpperCase() || 'G') - 2);
}

/** A quantity of memory or disk: "128 GiB"; the text itself if it is none. */
export function memory(quantity = ''): string {
  const gib = gibibytes(quantity);
  return isNaN(gib) ? quantity : measure(number(gib, 1), 'GiB');
}
