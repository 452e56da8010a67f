import { t } from '../language.ts';

/** Values of one enumeration that are shown. */
const MOST = 20;
/** Characters of a value that are shown. */
const MOST_CHARACTERS = 200;

/** Enumerates values, the first of them. */
export function few(values: readonly (string | undefined)[]): string {
  const filled = values.filter(Boolean);
  const more = filled.length - MOST;
  const shown = more > 0 ? [...filled.slice(0, MOST), t('%1 more', more)] : filled;
  return shown.join(t(', '));
}

/** Enumerates names with their values. */
export function pairs(
  all: readonly (readonly [name: string | undefined, value: unknown])[],
): string {
  return few(all.map(([name = '', value]) => (isEmpty(value) ? name : `${name}=${brief(value)}`)));
}

/** "name (identifier)", or the one there is. */
export function both(name = '', identifier = ''): string {
  return name && identifier ? t('%1 (%2)', name, identifier) : name || identifier;
}

/** "on" or "off"; empty if it is not known. */
export function onOrOff(setting: { readonly Enable?: boolean } | undefined): string {
  if (setting?.Enable === undefined) return '';
  return setting.Enable ? t('on') : t('off');
}

/** "yes" or "no"; empty if it is not known. */
export function yesOrNo(value: boolean | undefined): string {
  if (value === undefined) return '';
  return value ? t('yes') : t('no');
}

/** Whether there is nothing in a JSON value; `false` and 0 are something. */
export function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty);
  return value === null || value === undefined || value === '';
}

/** Any JSON value in one line. */
export function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
