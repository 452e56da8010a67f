import type { TranslationBundle } from '@jupyterlab/translation';
import { nextStop, type Stop } from './countdown.ts';
import { marked, shortened } from './messages.ts';
import { duration, minutes, moment } from './panel/format.ts';
import { locale } from './panel/language.ts';
import type { Reading } from './panel/reading.ts';
import type { SourceState } from './panel/source.ts';
import { wrong } from './panel/view/problem.ts';
import { statusWords } from './panel/view/statuses.ts';
import { passed, timersOf } from './panel/view/timers.ts';
import { shownOf } from './shown.ts';

/** A moment as the language writes it: the time of day alone if it is today. */
export function clockTime(ms: number): string {
  const date = new Date(ms);
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString(locale, { timeStyle: 'short' })
    : moment(date.toISOString());
}

/** What `clockTime` makes of an RFC 3339 time. */
export function clockTimeOf(text: string | null | undefined): string {
  const ms = Date.parse(text ?? '');
  return isNaN(ms) ? '—' : clockTime(ms);
}

/** The status of an instance in words. */
export function statusOf(reading: Reading | null): string {
  const { Status } = (reading?.answer.instance ?? {}) as { Status?: string };
  return statusWords(Status);
}

/** The texts of the extension; the panel has its own. Notifications are at most 140 characters. */
export class Words {
  constructor(trans: TranslationBundle) {
    this._trans = trans;
  }

  /** "stop in 1 h 5 min", for the status bar. */
  untilStop({ left }: Stop): string {
    // Minutes are enough until it is near.
    const text = left > 10 * 60_000 ? minutes(left) : duration(Math.max(0, left));
    return left > 0 ? this._trans.__('stops in %1', text) : passed(left);
  }

  /** What is wrong, in the few words that the status bar has room for. */
  trouble({ trouble, reading }: SourceState): string {
    if (trouble === 'signed-out') return this._trans.__('DSW: sign in again');
    if (trouble) return this._trans.__('DSW: no server');
    return reading?.answer.instance
      ? this._trans.__('%1 (not up to date)', statusOf(reading))
      : this._trans.__('DSW: not available');
  }

  /** That a stop is near, for those who hear it: nothing in it ticks. */
  nearing(stop: Stop): string {
    return this._trans.__('stops at %1', clockTime(stop.due));
  }

  /** That an emulator made it up, wherever that is so. */
  told(text: string, reading: Reading | null): string {
    return marked(text, reading, this._trans);
  }

  /** Why and when, for a tooltip: lines of text. */
  why(state: SourceState): string {
    const { reading } = state;
    const problem = wrong(shownOf(state));
    const stop = nextStop(reading);
    const timers = timersOf(shownOf(state));
    const reason = stop && timers?.[stop.kind].why;
    const idle = !stop && timers?.idle.why;
    return [
      reading?.answer.instance &&
        this.told(this._trans.__('DSW instance: %1', statusOf(reading)), reading),
      stop && this._trans.__('Stops at %1: %2', clockTime(stop.due), reason ?? '—'),
      idle,
      problem?.join(' '),
      reading?.answer.read_at && this._trans.__('As of %1', clockTimeOf(reading.answer.read_at)),
    ]
      .filter(Boolean)
      .join('\n');
  }

  /** What was copied. */
  copied(text: string): string {
    return this._trans.__('Copied: %1', shortened(text));
  }

  private readonly _trans: TranslationBundle;
}
