import type { Json } from './contract.ts';
import type { Reading } from './reading.ts';

/**
 * Controls (C0 and C1) but tab and line feed, format characters (zero-width ones, direction marks and
 * overrides), line and paragraph separators, halves of surrogate pairs.
 */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** More combining marks on one character than any script needs: they paint over other lines. */
const MARKS = /(\p{M}{3})\p{M}+/gu;

/** Makes the characters visible that would hide, reorder or break what a text says. */
export function clean(text: string): string {
  return text.replace(UNSEEN, '\ufffd').replace(MARKS, '$1');
}

/** Cleans all texts of a JSON value, names included. */
export function cleanJson<T>(value: T): T {
  return cleanAny(value as Json) as T;
}

function cleanAny(value: Json | undefined): Json | undefined {
  if (typeof value === 'string') return clean(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(item => cleanAny(item as Json) as Json);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [clean(name), cleanAny(item as Json)]),
  );
}

/** Readings that several views show are cleaned once. */
const cleaned = new WeakMap<Reading, Reading>();

/** A reading of which no text hides anything. */
export function cleanReading(reading: Reading | null): Reading | null {
  if (!reading) return null;
  const result = cleaned.get(reading) ?? { ...reading, answer: cleanJson(reading.answer) };
  cleaned.set(reading, result);
  return result;
}
