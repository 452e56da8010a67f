import { moment } from '../format.ts';
import { t } from '../language.ts';
import { wrong } from './problem.ts';
import { instanceOf, type Shown } from './shown.ts';
import { hasEnded, statusWords } from './statuses.ts';
import { isLongOver, passed, untilNextStop, urgency } from './timers.ts';

/** What a screen reader announces. */
export interface Announcement {
  /** It is announced whenever this changes: nothing in it ticks. */
  readonly meaning: string;
  readonly text: string;
}

/** When the next stop is, or was, where it is near or over; null where it is not. */
function nearStop(shown: Shown): string | null {
  const left = untilNextStop(shown);
  if (left === null || hasEnded(instanceOf(shown).Status)) return null;
  const at = moment(new Date(Date.now() + left).toISOString());
  if (isLongOver(left)) return t('was due to stop at %1', at);
  if (left <= 0) return passed(left);
  return urgency(shown) === 'none' ? null : t('stops at %1', at);
}

/** The state of an instance, as it is announced. */
export function announcement(shown: Shown): Announcement {
  const status = shown.known && statusWords(instanceOf(shown).Status);
  const problem = wrong(shown);
  const left = untilNextStop(shown) ?? Infinity;
  const meanings = [status, urgency(shown), left <= 0, isLongOver(left), ...(problem ?? [])];
  return {
    meaning: meanings.join('\n'),
    text: [status, nearStop(shown), ...(problem ?? [])].filter(Boolean).join('\n'),
  };
}
