import {
  duration,
  hasEnded,
  instanceOf,
  MINUTE,
  moment,
  passed,
  type Shown,
  shownOf,
  type SourceState,
  speedOf,
  statusWords,
  t,
  timersOf,
  tone,
  untilWrittenAnew,
  type Urgency,
  urgency,
  wrong,
} from '../panel/index.ts';
import type { Preferences } from './settings.ts';
import { nextStop } from './stops.ts';

/** What the status bar shows. */
export interface StatusBarView {
  /** Empty where there is nothing to show: no instance here, or not for this person. */
  readonly text: string;
  /** Whether an emulator made the instance up. */
  readonly simulated: boolean;
  /** The colour of the dot. */
  readonly tone: string;
  /** The colour of the text; `wrong`: grey, for what is shown may be old. */
  readonly urgency: Urgency | 'wrong';
  /** Lines of text. */
  readonly tooltip: string;
  /** Milliseconds until it has to be shown anew; null if nothing in it ticks. */
  readonly nextIn: number | null;
}

/** Problems that are none where JupyterLab runs elsewhere than on an instance. */
const NOT_HERE = ['NotConfigured', 'NoCredentials'];

/** Whether there is nothing here that this person could do anything about. */
function isNothingHere({ known, problem, trouble }: Shown): boolean {
  if (trouble === 'absent' || trouble === 'not-permitted') return true;
  return !known && problem !== null && NOT_HERE.includes(problem.code);
}

/** The status, or in the few words that there is room for, what is wrong. */
function statusText(shown: Shown): string {
  const { known, problem, trouble } = shown;
  if (trouble === 'signed-out') return t('DSW: sign in again');
  if (trouble) return t('DSW: server not responding');
  if (!known) return problem ? t('DSW: not available') : t('DSW: reading…');
  const status = statusWords(instanceOf(shown).Status);
  return problem ? t('%1 (not up to date)', status) : status;
}

/** How long it is until the next stop, also by what was known when the server went away. */
function countdownText(shown: Shown): string {
  const next = timersOf(shown)?.next;
  if (!next || hasEnded(instanceOf(shown).Status)) return '';
  if (next.left === null) return t('time of stop unknown');
  return next.left > 0 ? t('stops in %1', duration(next.left)) : passed(next.left);
}

/** The name and status, when the next stop is, and what is wrong. */
function tooltip(shown: Shown, state: SourceState): string {
  const { InstanceName, Status } = instanceOf(shown);
  const stop = hasEnded(Status) ? null : nextStop(state.reading);
  const time = stop ? moment(new Date(stop.due).toISOString()) : '';
  return [
    InstanceName && t('%1: %2', InstanceName, statusWords(Status)),
    stop?.kind === 'idle' && t('Idle stop at %1.', time),
    stop?.kind === 'scheduled' && t('Scheduled stop at %1.', time),
    wrong(shown)?.[0],
  ]
    .filter(Boolean)
    .join('\n');
}

/** Milliseconds until a countdown, or how long ago it ended, is written in another way. */
function nextChange(left: number): number {
  return left > 0 ? untilWrittenAnew(left) : MINUTE;
}

/** What the status bar shows of what is known now. */
export function statusBarView(
  state: SourceState,
  { statusBar }: Pick<Preferences, 'statusBar'>,
): StatusBarView {
  const shown = shownOf(state);
  const [status, countdown] = [statusText(shown), countdownText(shown)];
  const isWrong = wrong(shown) !== null;
  const near = urgency(shown);
  const news = state.refused ? t('nothing newer yet') : '';
  const parts = {
    both: [status, countdown, news],
    // Without a countdown there is nothing but the status to show.
    countdown: [isWrong || !countdown ? status : '', countdown, news],
    status: [status, news],
    off: [],
  }[statusBar];
  const left = timersOf(shown)?.next?.left;
  return {
    text: isNothingHere(shown) ? '' : parts.filter(Boolean).join(' · '),
    simulated: shown.origin?.simulated ?? false,
    tone: isWrong ? '' : tone(instanceOf(shown).Status),
    urgency: near === 'none' && isWrong ? 'wrong' : near,
    tooltip: tooltip(shown, state),
    nextIn: typeof left === 'number' ? nextChange(left) / speedOf(state.reading?.answer) : null,
  };
}
