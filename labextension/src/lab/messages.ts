import type { TranslationBundle } from '@jupyterlab/translation';
import {
  clean,
  duration,
  locale,
  MINUTE,
  moment,
  percent,
  type DatedReading,
  statusLabel,
} from '../panel/index.ts';
import type { SaveResult } from './documents.ts';
import type { InstanceEvent, SnapshotEvent, StatusEvent } from './events.ts';
import type { Outage } from './outage.ts';
import { ageOf, type Stop, stopIn } from './stops.ts';

/** More names than that are counted. */
const MOST_NAMES = 4;

function at(ms: number): string {
  return moment(new Date(ms).toISOString());
}

/** A name that fits a notification of 140 characters: JupyterLab cuts longer ones at their end. */
export function shortened(text: string, most = 48): string {
  const tail = most / 4;
  const cleaned = clean(text);
  return cleaned.length > most
    ? `${cleaned.slice(0, most - tail - 1)}…${cleaned.slice(-tail)}`
    : cleaned;
}

/** A text about an instance, marked where that is simulated. */
export function marked(
  text: string,
  reading: DatedReading | null,
  trans: TranslationBundle,
): string {
  return text && reading?.source.simulated ? trans.__('Simulated: %1', text) : text;
}

/** The texts of warnings, dialogs and notices. Notifications have at most 140 characters. */
export class Messages {
  constructor(trans: TranslationBundle) {
    this._trans = trans;
  }

  /** A notification before a stop. It stays, so it has the moment. */
  warning(stop: Stop, reading: DatedReading | null): string {
    // To the minute, since it does not tick; rounded down, as everywhere.
    const [time, left] = [at(stop.due), duration(Math.floor(stop.left / MINUTE) * MINUTE)];
    const text =
      stop.kind === 'scheduled'
        ? this._trans.__('Scheduled stop at %1, in %2.', time, left)
        : this._trans.__('Idle stop at %1, in %2.', time, left);
    return this._marked(
      [text, this.alive(stop, reading)].filter(Boolean).join(locale === 'en' ? ' ' : ''),
      reading,
    );
  }

  /** Which stop it is, in the dialog, where the countdown is above. */
  stopAt(stop: Stop, reading: DatedReading | null): string {
    const time = at(stop.due);
    return this._marked(
      stop.kind === 'scheduled'
        ? this._trans.__('Scheduled stop at %1.', time)
        : this._trans.__('Idle stop at %1.', time),
      reading,
    );
  }

  /** What counts as use of an idle instance, and what does not; empty for another stop. */
  alive({ kind }: Stop, reading: DatedReading | null): string {
    if (kind !== 'idle') return '';
    const { cpu_percent_threshold: cpu, gpu_percent_threshold: gpu } =
      reading?.countdowns?.idle ?? {};
    if (typeof cpu !== 'number') return this._trans.__('Typing does not count as use.');
    return typeof gpu === 'number'
      ? this._trans.__(
          'Typing does not count as use; CPU over %1 or GPU over %2 does.',
          percent(cpu),
          percent(gpu),
        )
      : this._trans.__('Typing does not count as use; CPU over %1 does.', percent(cpu));
  }

  /** The files that are not saved. */
  unsaved(names: readonly string[]): string {
    return names.length
      ? this._trans.__('Not saved: %1', this._list(names))
      : this._trans.__('Everything is saved.');
  }

  /** The kernels that are busy; empty if none is. */
  busy(names: readonly string[]): string {
    return names.length ? this._trans.__('Busy kernels: %1', this._list(names)) : '';
  }

  /** What became of saving all. */
  saved({ saved, failed }: SaveResult): string {
    return [
      saved.length ? this._trans.__('Saved: %1', this._list(saved)) : '',
      failed.length ? this._trans.__('Could not be saved: %1', this._list(failed)) : '',
      saved.length + failed.length ? '' : this._trans.__('Everything is saved.'),
    ]
      .filter(Boolean)
      .join('\n');
  }

  /** When the server stopped responding, and what was known then; one line for each. */
  serverGone({ last, since, lasted }: Outage, unsaved: readonly string[]): string {
    return [
      this._marked(this._gone(stopIn(last), at(since), lasted), last),
      unsaved.length
        ? this._trans.__('Unsaved changes are still in this page: %1', this._list(unsaved))
        : this._trans.__('Everything is saved.'),
    ].join('\n');
  }

  /** Something that happened to the instance. */
  event(event: InstanceEvent, cause: Stop | null, reading: DatedReading | null): string {
    return this._marked(this._event(event, cause, reading), reading);
  }

  private _gone(stop: Stop | null, time: string, lasted: number): string {
    if (!stop) {
      return this._trans.__('The Jupyter server stopped responding at %1. No stop was due.', time);
    }
    const left = stop.left + lasted;
    const idle = stop.kind === 'idle';
    if (left > MINUTE) {
      return idle
        ? this._trans.__(
            'The Jupyter server stopped responding at %1, %2 before the idle stop.',
            time,
            duration(left),
          )
        : this._trans.__(
            'The Jupyter server stopped responding at %1, %2 before the scheduled stop.',
            time,
            duration(left),
          );
    }
    return idle
      ? this._trans.__(
          'The Jupyter server stopped responding at %1, when the idle stop was due.',
          time,
        )
      : this._trans.__(
          'The Jupyter server stopped responding at %1, when the scheduled stop was due.',
          time,
        );
  }

  private _event(event: InstanceEvent, cause: Stop | null, reading: DatedReading | null): string {
    switch (event.kind) {
      case 'status':
        return this._status(event, cause, reading);
      case 'snapshot':
        return this._snapshot(event);
      case 'disk':
        return this._trans.__(
          'Disk %1 is %2 full.',
          shortened(event.path),
          percent(Math.floor(event.part * 100)),
        );
      case 'node':
        return this._trans.__(
          'The machine of this instance has failed. DSW moves the instance at about %1.',
          // A time of day: the notification stays, and has to stay true.
          at(Date.now() + event.seconds * 1000 - ageOf(reading)),
        );
    }
  }

  private _status(
    { status, reason }: StatusEvent,
    cause: Stop | null,
    reading: DatedReading | null,
  ): string {
    if (status === 'Stopped' || (status === 'Stopping' && cause)) {
      const time = at(cause?.due ?? Date.now() - ageOf(reading));
      if (!cause) return this._trans.__('The instance was stopped at %1.', time);
      if (status === 'Stopped') {
        return cause.kind === 'scheduled'
          ? this._trans.__('Stopped at %1, as scheduled.', time)
          : this._trans.__('Stopped at %1, after %2 idle minutes.', time, cause.idleLimit ?? '—');
      }
      return cause.kind === 'scheduled'
        ? this._trans.__('The instance is stopping, as scheduled for %1.', time)
        : this._trans.__(
            'The instance is stopping, after %1 idle minutes.',
            cause.idleLimit ?? '—',
          );
    }
    const label = shortened(statusLabel(status), 40);
    return reason
      ? this._trans.__(
          'The instance is no longer running: %1. Reason: %2',
          label,
          shortened(reason, 36),
        )
      : this._trans.__('The instance is no longer running: %1.', label);
  }

  private _snapshot({ saved, name, reason }: SnapshotEvent): string {
    if (saved) return this._trans.__('Image saved: %1', shortened(name));
    return reason
      ? this._trans.__('Image not saved: %1. %2', shortened(name), shortened(reason, 60))
      : this._trans.__('Image not saved: %1. See the console for the reason.', shortened(name));
  }

  private _list(names: readonly string[]): string {
    const shown = names.slice(0, MOST_NAMES).map(name => shortened(name));
    const more = names.length - shown.length;
    const listed = shown.join(this._trans.__(', '));
    return more > 0 ? this._trans.__('%1 and %2 more', listed, more) : listed;
  }

  private _marked(text: string, reading: DatedReading | null): string {
    return marked(text, reading, this._trans);
  }

  private readonly _trans: TranslationBundle;
}
