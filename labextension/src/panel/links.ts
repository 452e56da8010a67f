import type { Instance } from './instance.ts';

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
