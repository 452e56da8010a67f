/** Chinese in simplified characters, unless a place or script with the others is named. */
const SIMPLIFIED = /^zh(?!.*(hant|tw|hk|mo))/i;

/** What texts and numbers are written in now, for Intl: a browser page has one language. */
export let locale = 'en';

/** Takes the language of a tag such as `zh-CN`, `zh_CN` or `en-GB`; English for unknown ones. */
export function setLanguage(tag: string): void {
  locale = SIMPLIFIED.test(tag) ? 'zh-CN' : 'en';
}

type Translate = (text: string, ...values: (string | number)[]) => string;

/**
 * The text in the language of the browser page; `%1`, `%2` … stand for the values. The build adds the
 * catalogue's Chinese in a second line: `t('Running')` becomes `t('Running\n运行中')`.
 */
export let t: Translate = (text, ...values) => {
  const [english, chinese = english] = text.split('\n') as [string, string?];
  const wanted = locale === 'en' ? english : chinese;
  // `replace` makes a string of what it is given.
  return wanted.replace(/%(\d)/g, (_, place: string) => values[+place - 1] as string);
};

/** Takes texts from elsewhere: JupyterLab's window has the catalogue, and its build adds nothing. */
export function translateBy(translate: Translate): void {
  t = translate;
}

/** The text for a name of the API; the name itself where there is none, a dash where it is empty. */
export function textFor(name: string | undefined, texts: Readonly<Record<string, string>>): string {
  if (!name) return '—';
  return (Object.hasOwn(texts, name) && texts[name]) || name;
}

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
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

export function percent(value: number, digits = 0): string {
  return t('%1 %', number(value, digits)).replace(' ', '\u00a0');
}

/**
 * The values and units of a duration, rounded down, without zeros: "2 d 3 h", "1 h 5 min", "29 min",
 * from ten minutes down "1 min 29 s", "45 s". Less than a second is "0 s".
 */
export function durationParts(ms: number): [value: string, unit: string][] {
  const left = Math.max(0, ms);
  const days: [number, string] = [left / DAY, t('d')];
  const hours: [number, string] = [(left % DAY) / HOUR, t('h')];
  const minutes: [number, string] = [(left % HOUR) / MINUTE, t('min')];
  const seconds: [number, string] = [(left % MINUTE) / SECOND, t('s')];
  let units = [minutes, seconds];
  if (left >= DAY) units = [days, hours];
  else if (left >= HOUR) units = [hours, minutes];
  else if (left >= 10 * MINUTE) units = [minutes];
  const filled = units.filter(([value]) => value >= 1);
  return (filled.length ? filled : [seconds]).map(([value, unit]) => [
    number(Math.floor(value)),
    unit,
  ]);
}

/** A duration in one line, the same on every surface. */
export function duration(ms: number): string {
  return durationParts(ms)
    .map(([value, unit]) => measure(value, unit))
    .join(' ');
}

/** How long a duration that runs down is still written the same way, in milliseconds. */
export function untilTextChanges(ms: number): number {
  return Math.max(0, ms) % (ms >= 10 * MINUTE ? MINUTE : SECOND);
}

/** "UTC+8", "UTC-3:30", "UTC": how far the clocks of this browser are ahead at a moment. */
function offset(date: Date): string {
  const ahead = -date.getTimezoneOffset();
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  const written = minutes ? `${hours}:${twoDigits(minutes)}` : `${hours}`;
  return ahead ? `UTC${ahead < 0 ? '-' : '+'}${written}` : 'UTC';
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/**
 * A moment in the time zone of this browser: "21:00 (UTC+8)", with the date unless it is today; the
 * text itself if it is no RFC 3339 time.
 */
export function moment(text: string): string {
  const date = new Date(text);
  if (isNaN(date.getTime())) return text;
  const time = [date.getHours(), date.getMinutes()].map(twoDigits).join(':');
  const day = [date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
  const today = date.toDateString() === new Date(Date.now()).toDateString();
  const shown = today ? time : `${date.getFullYear()}-${day} ${time}`;
  return `${shown} (${offset(date)})`;
}

const QUANTITY = /^([\d.]+)\s*([KMGT]?)i?B?$/i;
/** GiB of one of each unit; a quantity without a unit is in GiB. */
const GIB_OF: Readonly<Record<string, number>> = { K: 1 / 1024 ** 2, M: 1 / 1024, G: 1, T: 1024 };

/** GiB of a quantity of GetInstance: "32", "8Gi" and "128GB" are all GiB; NaN if it is none. */
export function gibibytes(quantity: string): number {
  const [, value = NaN, unit = ''] = QUANTITY.exec(quantity.trim()) ?? [];
  return Number(value) * (GIB_OF[unit.toUpperCase()] ?? 1);
}

/** A quantity of memory or disk: "128 GiB"; the text itself if it is none. */
export function memory(quantity = ''): string {
  const gib = gibibytes(quantity);
  return isNaN(gib) ? quantity : measure(number(gib, 1), 'GiB');
}
