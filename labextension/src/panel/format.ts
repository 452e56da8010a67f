import type { Language } from './language.ts';

/** A number and its unit, to be written apart: "29", "min". */
export type Part = readonly [value: string, unit: string];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A number as the language writes it, with at most `digits` decimals. */
export function number({ code }: Language, value: number, digits = 0): string {
  return new Intl.NumberFormat(code, { maximumFractionDigits: digits }).format(value);
}

/**
 * The parts of a duration, from the largest that is not zero down to seconds; from a day on down to
 * minutes. Whole units only: 59.9 s are 59 s.
 */
export function durationParts(language: Language, ms: number): Part[] {
  const { t } = language;
  const units: [number, string][] = [
    [Math.floor(ms / DAY), t('d')],
    [Math.floor((ms % DAY) / HOUR), t('h')],
    [Math.floor((ms % HOUR) / MINUTE), t('min')],
    [Math.floor((ms % MINUTE) / SECOND), t('s')],
  ];
  const first = units.findIndex(([value]) => value > 0);
  const shown = first < 0 ? units.slice(3) : units.slice(first, first + 3);
  return shown.map(([value, unit]) => [number(language, value), unit]);
}

function written(parts: readonly Part[]): string {
  return parts.map(part => part.join('\u00a0')).join(' ');
}

/** A duration to the two largest units, without zeros at its end: "1 h 5 min", "2 d", "45 s". */
export function duration(language: Language, ms: number): string {
  const parts = durationParts(language, ms).slice(0, 2);
  return written(parts.filter(([value], place) => place === 0 || value !== '0'));
}

/** A duration in whole minutes, rounded up: what is said of a timer that counts minutes. */
export function minutes(language: Language, ms: number): string {
  return duration(language, Math.ceil(ms / MINUTE) * MINUTE);
}

/** A moment by the reader's own time zone; the text itself if it is no RFC 3339 time. */
export function moment({ code }: Language, text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return date.toLocaleString(code, { dateStyle: 'medium', timeStyle: 'short' });
}

const QUANTITY = /^([\d.]+)\s*([KMGT]?)i?B?$/i;
const IN_GIB: Record<string, number> = { K: 2 ** -20, M: 2 ** -10, T: 2 ** 10 };

/** GiB of a quantity of GetInstance: "32", "8Gi" and "128GB" are all GiB; null if it is none. */
export function gibibytes(quantity: string): number | null {
  const [, value, unit = ''] = QUANTITY.exec(quantity.trim()) ?? [];
  return value === undefined ? null : Number(value) * (IN_GIB[unit.toUpperCase()] ?? 1);
}

/** A quantity of memory or disk: "128 GiB"; the text itself if it is none. */
export function memory(language: Language, quantity: string): string {
  const gib = gibibytes(quantity);
  return gib === null ? quantity : `${number(language, gib, 1)}\u00a0GiB`;
}
