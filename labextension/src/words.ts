import type { TranslationBundle } from '@jupyterlab/translation';
import { ageOf, nextStop, stopIn, type Stop } from './countdown.ts';
import type { InstanceEvent } from './events.ts';
import { duration, minutes, moment, percent } from './panel/format.ts';
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

/** A name that fits a notification of 140 characters: JupyterLab cuts longer ones at their end. */
function short(text: string, most = 48): string {
  const tail = most / 4;
  return text.length > most ? `${text.slice(0, most - tail - 1)}…${text.slice(-tail)}` : text;
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
    return text && reading?.answer.source.simulated ? this._trans.__('Simulated: %1', text) : text;
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

  /** A warning before a stop. */
  warning(stop: Stop, reading: Reading | null): string {
    return this.told(this._warning(stop, reading), reading);
  }

  /** Something that happened to the instance, as a reading told. */
  event(event: InstanceEvent, reading: Reading | null): string {
    return this.told(this._event(event, reading), reading);
  }

  private _warning({ kind, due, left }: Stop, reading: Reading | null): string {
    const [time, about] = [clockTime(due), minutes(Math.max(0, left))];
    if (kind === 'scheduled') {
      return this._trans.__('This instance stops at %1, in about %2, as scheduled.', time, about);
    }
    const { cpu_percent_threshold: cpu, gpu_percent_threshold: gpu } =
      reading?.answer.countdowns?.idle ?? {};
    const load = typeof cpu === 'number' ? percent(cpu) : '—';
    return typeof gpu === 'number'
      ? this._trans.__(
          'This idle instance stops at %1, in about %2, unless CPU reaches %3 or GPU %4.',
          time,
          about,
          load,
          percent(gpu),
        )
      : this._trans.__(
          'This idle instance stops at %1, in about %2, unless CPU reaches %3.',
          time,
          about,
          load,
        );
  }

  /** What was known when the server went away. */
  serverGone(reading: Reading | null): string {
    const asOf = clockTimeOf(reading?.answer.read_at);
    if (!reading?.answer.instance) return this._trans.__('The Jupyter server does not answer.');
    const stop = stopIn(reading);
    if (!stop) {
      return this._trans.__(
        'The Jupyter server is gone. As of %1 the instance was “%2”, with no stop due. The console can start it again.',
        asOf,
        statusOf(reading),
      );
    }
    return stop.kind === 'idle'
      ? this._trans.__(
          'The server is gone. As of %1 it was due to be stopped at %2 after %3 idle minutes; open the console to start it again.',
          asOf,
          clockTime(stop.due),
          reading.answer.countdowns?.idle.max_idle_minutes ?? 0,
        )
      : this._trans.__(
          'The server is gone. As of %1 it was due to be stopped at %2 as scheduled; open the console to start it again.',
          asOf,
          clockTime(stop.due),
        );
  }

  private _event(event: InstanceEvent, reading: Reading | null): string {
    switch (event.kind) {
      case 'status':
        return this._trans.__(
          'The instance is no longer running: %1.',
          short(statusWords(event.status)),
        );
      case 'snapshot':
        return event.saved
          ? this._trans.__('Image saved: %1', short(event.name))
          : this._trans.__('Image not saved: %1. %2', short(event.name), short(event.reason, 60));
      case 'disk':
        return this._trans.__(
          'Disk %1 is used by %2.',
          short(event.path),
          percent(event.part * 100),
        );
      case 'node':
        return this._trans.__(
          'The machine of this instance has failed. DSW moves the instance at about %1.',
          // A time of day: the notification stays, and what it says has to stay true.
          new Date(Date.now() + event.seconds * 1000 - ageOf(reading)).toLocaleTimeString(locale),
        );
    }
  }

  /** What was copied. */
  copied(text: string): string {
    return this._trans.__('Copied: %1', short(text));
  }

  private readonly _trans: TranslationBundle;
}
