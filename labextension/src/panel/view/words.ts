import type { Language } from '../language.ts';

/** An entry of a table; undefined also for names that every object has, such as `constructor`. */
export function entry<T>(table: Readonly<Record<string, T>>, name = ''): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** How a status feels: what colours its dot. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'off';

/** GetInstance's statuses in words; one that is not known is its own word. */
export function statusWords({ t }: Language, status: string | undefined): string {
  const words: Record<string, string> = {
    Creating: t('Creating'),
    SaveFailed: t('Image save failed'),
    Stopped: t('Stopped'),
    Failed: t('Failed'),
    ResourceAllocating: t('Allocating resources'),
    Stopping: t('Stopping'),
    Updating: t('Updating'),
    Saving: t('Saving image'),
    Queuing: t('Queuing'),
    Recovering: t('Recovering'),
    Starting: t('Starting'),
    Running: t('Running'),
    Saved: t('Image saved'),
    Deleting: t('Deleting'),
    EnvPreparing: t('Preparing environment'),
  };
  return status ? (entry(words, status) ?? status) : t('Status unknown');
}

const TONES: Record<string, Tone> = {
  Running: 'good',
  Saved: 'good',
  SaveFailed: 'warn',
  Failed: 'bad',
  Stopped: 'off',
};

/** The tone of a status: those that end by themselves (`Saving`, `Queuing` …) are busy. */
export function statusTone(status = ''): Tone {
  return entry(TONES, status) ?? (status.endsWith('ing') ? 'busy' : 'off');
}
