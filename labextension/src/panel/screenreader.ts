import { moment, t } from './i18n.ts';
import { hasEnded, instanceOf, statusLabel, type ViewModel } from './viewmodel.ts';
import { describeProblem } from './views/problem.ts';
import { isLongOver, passed, untilNextStop } from './stops.ts';
import { urgency } from './views/stop.ts';

/**
 * Announces to screen readers, for all panels of a browser page: what happened to the instance is announced
 * once, however many panels show it.
 */
interface Announcer {
  readonly log: HTMLElement;
  /** What the state of the instance meant last. */
  meaning: string;
}

/** Cells' modules are separate copies: this is where they find the one that all share. */
const ANNOUNCER = Symbol.for('jupyter-dsw:announcer');
/** A message that was read does not stay: who reads the document from its end would find it there. */
const FORGET_MS = 10_000;
const HIDDEN =
  'position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%)';

const shared = globalThis as unknown as { [ANNOUNCER]?: Announcer | undefined };

function announcer(): Announcer {
  return (shared[ANNOUNCER] ??= { log: newLog(), meaning: '' });
}

function newLog(): HTMLElement {
  const log = document.createElement('div');
  log.className = 'dsw-announcements';
  // Not `status`, which is read as a whole: in a log each message is read as it is added, so the same
  // one a second time too.
  log.setAttribute('role', 'log');
  log.style.cssText = HIDDEN;
  document.body.append(log);
  return log;
}

/** Makes the log, before there is something to announce: some screen readers miss a first message. */
export function prepareToAnnounce(): void {
  announcer();
}

/** Announces something that a person did here. */
export function announce(text: string): void {
  const message = document.createElement('p');
  message.textContent = text;
  announcer().log.append(message);
  setTimeout(() => {
    message.remove();
  }, FORGET_MS);
}

/**
 * Announces a state of the instance, unless its `meaning` is the last one. Without a text it is only
 * remembered: it was there before anybody could have missed it.
 */
export function announceState(meaning: string, text: string): void {
  const shared = announcer();
  if (text && meaning !== shared.meaning) announce(text);
  shared.meaning = meaning;
}

/** What a screen reader announces. */
export interface Announcement {
  /** It is announced whenever this changes: nothing in it ticks. */
  readonly meaning: string;
  readonly text: string;
}

/** When the next stop is, or was, where it is near or over; null where it is not. */
function nearStop(model: ViewModel): string | null {
  const left = untilNextStop(model);
  if (left === null || hasEnded(instanceOf(model).Status)) return null;
  const at = moment(new Date(Date.now() + left).toISOString());
  if (isLongOver(left)) return t('was due to stop at %1', at);
  if (left <= 0) return passed(left);
  return urgency(model) === 'none' ? null : t('stops at %1', at);
}

/** The state of an instance, as it is announced. */
export function announcement(model: ViewModel): Announcement {
  const status = model.known && statusLabel(instanceOf(model).Status);
  const problem = describeProblem(model);
  const left = untilNextStop(model) ?? Infinity;
  const meanings = [status, urgency(model), left <= 0, isLongOver(left), ...(problem ?? [])];
  return {
    meaning: meanings.join('\n'),
    text: [status, nearStop(model), ...(problem ?? [])].filter(Boolean).join('\n'),
  };
}
