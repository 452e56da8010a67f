import { t, textFor } from '../language.ts';

/** A status of GetInstance in words; one that is not known is its own word. */
export function statusWords(status: string | undefined): string {
  return textFor(status, {
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
  });
}

/** What colours a status: those that end by themselves (`Saving`, `Queuing` …) are busy. */
export function tone(status = ''): string {
  if (/^(Running|Saved)$/.test(status)) return 'good';
  return status.endsWith('Failed') ? 'bad' : status.endsWith('ing') ? 'busy' : '';
}

/** Statuses in which no stop lies ahead: it has happened, or it is happening. */
const ENDED = ['Deleting', 'Failed', 'Stopped', 'Stopping'];

/** Whether an instance in that status has stopped, or is being stopped. */
export function hasEnded(status = ''): boolean {
  return ENDED.includes(status);
}
