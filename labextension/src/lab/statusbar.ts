import {
  duration,
  instanceOf,
  MINUTE,
  moment,
  passed,
  type ViewModel,
  viewModelOf,
  type DataSourceState,
  speedOf,
  statusLabel,
  t,
  nextStopOf,
  tone,
  untilTextChanges,
  type Urgency,
  urgency,
  describeProblem,
} from '../panel/index.ts';
import type { Preferences } from './tokens.ts';
import { nextStop } from './stops.ts';

/** What the status bar shows. */
export interface StatusBarView {
  /** Empty where there is nothing to show: no instance here, or not for this person. */
  readonly text: string;
  /** Whether an emulator made the instance up. */
  readonly simulated: boolean;
  /** The colour of the dot. */
  readonly tone: string;
  /** The colour of the text; `old`: grey, for what is shown may be old. */
  readonly urgency: Urgency | 'old';
  /** Lines of text. */
  readonly tooltip: string;
  /** Milliseconds until it has to be shown anew; null if nothing in it ticks. */
  readonly nextIn: number | null;
}

/** Problems that are none where JupyterLab runs elsewhere than on an instance. */
const NOT_HERE = ['NotConfigured', 'NoCredentials'];

/** Whether there is nothing here that this person could do anything about. */
function isNothingHere({ known, problem, failure }: ViewModel): boolean {
  if (failure === 'absent' || failure === 'not-permitted') return true;
  return !known && problem !== null && NOT_HERE.includes(problem.code);
}

/** The status, or shortly, what failed. */
function statusText(model: ViewModel): string {
  const { known, problem, failure } = model;
  if (failure === 'signed-out') return t('DSW: sign in again');
  if (failure) return t('DSW: server not responding');
  if (!known) return problem ? t('DSW: not available') : t('DSW: reading…');
  const status = statusLabel(instanceOf(model).Status);
  return problem ? t('%1 (not up to date)', status) : status;
}

/** How long it is until the next stop, also by what was known when the server went away. */
function countdownText(model: ViewModel): string {
  const next = nextStopOf(model);
  if (!next) return '';
  if (next.left === null) return t('time of stop unknown');
  return next.left > 0 ? t('stops in %1', duration(next.left)) : passed(next.left);
}

/** The name and status, when the next stop is and who decides it, and what failed. */
function tooltip(model: ViewModel, state: DataSourceState): string {
  const { InstanceName, Status } = instanceOf(model);
  const stop = nextStop(state.reading);
  const time = stop ? moment(new Date(stop.due).toISOString()) : '';
  return [
    InstanceName && t('%1: %2', InstanceName, statusLabel(Status)),
    stop?.kind === 'idle' && t('Idle stop at %1.', time),
    stop?.kind === 'scheduled' && t('Scheduled stop at %1.', time),
    stop?.decidedBy === 'workspace' && t('It is a policy of the workspace.'),
    stop?.decidedBy === 'system' && t('It was set by the platform.'),
    stop?.decidedBy === 'unknown' && t('It is not known who set it.'),
    describeProblem(model)?.[0],
  ]
    .filter(Boolean)
    .join('\n');
}

/** Milliseconds until a countdown, or how long ago it ended, is written in another way. */
function nextChange(left: number): number {
  return left > 0 ? untilTextChanges(left) : MINUTE;
}

/** What the status bar shows of what is known now. */
export function statusBarView(
  state: DataSourceState,
  { statusBar }: Pick<Preferences, 'statusBar'>,
): StatusBarView {
  const model = viewModelOf(state);
  const [status, countdown] = [statusText(model), countdownText(model)];
  const hasProblem = describeProblem(model) !== null;
  const near = urgency(model);
  const news = state.nothingNewer ? t('nothing newer yet') : '';
  const parts = {
    both: [status, countdown, news],
    // Without a countdown there is nothing but the status to show.
    countdown: [hasProblem || !countdown ? status : '', countdown, news],
    status: [status, news],
    off: [],
  }[statusBar];
  const left = nextStopOf(model)?.left;
  return {
    text: isNothingHere(model) ? '' : parts.filter(Boolean).join(' · '),
    simulated: model.source?.simulated ?? false,
    tone: hasProblem ? '' : tone(instanceOf(model).Status),
    urgency: near === 'none' && hasProblem ? 'old' : near,
    tooltip: tooltip(model, state),
    nextIn: typeof left === 'number' ? nextChange(left) / speedOf(state.reading) : null,
  };
}
