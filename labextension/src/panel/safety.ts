import type { Json } from './contract.ts';
import type { Instance } from './elements.ts';
import type { DatedReading } from './reading.ts';

/**
 * Controls (C0 and C1) but tab and line feed, format characters (zero-width ones, direction marks and
 * overrides), line and paragraph separators, halves of surrogate pairs.
 */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** More combining marks on one character than any script needs: they paint over other lines. */
const MARKS = /(\p{M}{3})\p{M}+/gu;

/** Makes the characters visible that would hide, reorder or break a text. */
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
const cleaned = new WeakMap<DatedReading, DatedReading>();

/** A reading of which no text hides anything. */
export function cleanReading(reading: DatedReading | null): DatedReading | null {
  if (!reading) return null;
  const result = cleaned.get(reading) ?? cleanJson(reading);
  cleaned.set(reading, result);
  return result;
}

/**
 * The hosts that are linked, as in Python's HTML: consoles, and the pages and gateways of instances,
 * of both sites. Below `aliyuncs.com` anybody has hosts: each bucket is one.
 */
const HOSTS = [
  /^([a-z0-9-]{1,63}\.){0,3}console\.(aliyun|alibabacloud)\.com$/,
  /^dsw(-[a-z0-9-]{1,60})?(\.data)?\.(aliyun|alibabacloud)\.com$/,
];
const CONSOLE = 'https://pai.console.aliyun.com/';
const INTERNATIONAL_CONSOLE = 'https://pai.console.alibabacloud.com/';

/** The URL if it is https to one of these hosts and carries no user or password; else null. */
export function safeUrl(text: string): string | null {
  const url = parsed(text);
  if (url?.protocol !== 'https:' || url.port || url.username || url.password) return null;
  return HOSTS.some(host => host.test(url.hostname)) ? url.href : null;
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** An account of the international site has a console of its own; its instance's URLs show which. */
function isInternational({
  InstanceUrl,
  JupyterlabUrl,
  WebIDEUrl,
  TerminalUrl,
}: Instance): boolean {
  return [InstanceUrl, JupyterlabUrl, WebIDEUrl, TerminalUrl].some(url =>
    parsed(url ?? '')?.hostname.endsWith('.alibabacloud.com'),
  );
}

/** The PAI console of the account, at the workspace of the instance where that is known. */
export function consoleUrl(instance: Instance, region?: string | null): string {
  const url = new URL(isInternational(instance) ? INTERNATIONAL_CONSOLE : CONSOLE);
  if (region) url.searchParams.set('regionId', region);
  if (instance.WorkspaceId) url.searchParams.set('workspaceId', instance.WorkspaceId);
  return url.href;
}
