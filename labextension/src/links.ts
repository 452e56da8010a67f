import type { Instance } from './panel/instance.ts';
import { consoleUrl, safeUrl } from './panel/links.ts';
import type { Reading } from './panel/reading.ts';

/** Where an instance can be reached; null where its reading has no safe address. */
export interface InstanceLinks {
  /** The PAI console: where a stopped instance is started again. */
  readonly console: string;
  readonly webIDE: string | null;
  readonly terminal: string | null;
}

/** The links of an instance. */
export function linksOf(reading: Reading | null): InstanceLinks {
  const instance = (reading?.answer.instance ?? {}) as Instance;
  return {
    console: consoleUrl(instance, reading?.answer.source.region),
    webIDE: safeUrl(instance.WebIDEUrl ?? ''),
    terminal: safeUrl(instance.TerminalUrl ?? ''),
  };
}

/** Opens an address in a tab that learns nothing of this one. */
export function openLink(url: string | null): void {
  if (url) window.open(url, '_blank', 'noopener,noreferrer');
}
