import type { Instance } from './panel/instance.ts';
import { safeUrl } from './panel/links.ts';
import type { Reading } from './panel/reading.ts';

/** Where an instance can be reached; null where its answer has no safe address. */
export interface InstanceLinks {
  /** The DSW console: where a stopped instance is started again. */
  readonly console: string;
  readonly webIDE: string | null;
  readonly terminal: string | null;
}

const CONSOLE = 'https://pai.console.aliyun.com/';

/** The console, at the instance's workspace where that is known. */
function consoleUrl(region: string | null | undefined, workspace: string | undefined): string {
  const url = new URL(CONSOLE);
  if (region) url.searchParams.set('regionId', region);
  if (workspace) url.searchParams.set('workspaceId', workspace);
  return url.href;
}

/** The links of an instance. */
export function linksOf(reading: Reading | null): InstanceLinks {
  const instance = (reading?.answer.instance ?? {}) as Instance;
  return {
    console: consoleUrl(reading?.answer.source.region, instance.WorkspaceId),
    webIDE: safeUrl(instance.WebIDEUrl ?? ''),
    terminal: safeUrl(instance.TerminalUrl ?? ''),
  };
}

/** Opens an address in a tab that learns nothing of this one. */
export function openLink(url: string | null): void {
  if (url) window.open(url, '_blank', 'noopener,noreferrer');
}
