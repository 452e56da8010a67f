import type { TranslationBundle } from '@jupyterlab/translation';
import { duration, MINUTE, percent, type DatedReading, statusLabel } from '../panel/index.ts';
import type { InstanceEvent, SessionEvent, SnapshotEvent, StatusEvent } from './events.ts';
import { at, marked, names, shortened } from './messages.ts';
import type { Outage } from './outage.ts';
import { ageOf, type Stop, stopIn } from './stops.ts';

/** The texts about what happened to the instance or the server, of notifications and notices. */
export class EventMessages {
  constructor(trans: TranslationBundle) {
    this._trans = trans;
  }

  /** When the server stopped responding, and what was known then; one line for each. */
  serverGone({ last, since, lasted }: Outage, unsaved: readonly string[]): string {
    return [
      this._marked(this._gone(stopIn(last), at(since), lasted), last),
      unsaved.length
        ? this._trans.__('Unsaved changes are still in this page: %1', names(unsaved, this._trans))
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
      case 'session':
        return this._session(event);
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
      const { max_idle_minutes: idleFor } = cause.rule;
      if (status === 'Stopped') {
        if (cause.kind === 'scheduled') {
          return this._trans.__('Stopped at %1, as scheduled.', time);
        }
        return idleFor === null
          ? this._trans.__('Stopped at %1, because it was idle.', time)
          : this._trans.__('Stopped at %1, after %2 idle minutes.', time, idleFor);
      }
      if (cause.kind === 'scheduled') {
        return this._trans.__('The instance is stopping, as scheduled for %1.', time);
      }
      return idleFor === null
        ? this._trans.__('The instance is stopping, because it was idle.')
        : this._trans.__('The instance is stopping, after %1 idle minutes.', idleFor);
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

  /** How the last run ended. */
  private _session({ ended, by, reason }: SessionEvent): string {
    const time = at(ended);
    switch (by) {
      case 'idle':
        return this._trans.__('The last run ended at %1: the instance was idle.', time);
      case 'scheduled':
        return this._trans.__('The last run ended at %1: it was stopped as scheduled.', time);
      case 'person':
        return this._trans.__('The last run ended at %1: somebody stopped it.', time);
      case 'debt':
        return this._trans.__(
          'The last run ended at %1: a payment is overdue. Pay it, or the instance is stopped again.',
          time,
        );
      case 'failure':
        return reason
          ? this._trans.__('The last run failed at %1. Reason: %2', time, shortened(reason, 60))
          : this._trans.__('The last run failed at %1.', time);
      default:
        return reason
          ? this._trans.__('The last run ended at %1. Reason: %2', time, shortened(reason, 60))
          : this._trans.__('The last run ended at %1. The reason is not known.', time);
    }
  }

  private _snapshot({ saved, name, reason }: SnapshotEvent): string {
    if (saved) return this._trans.__('Image saved: %1', shortened(name));
    return reason
      ? this._trans.__('Image not saved: %1. %2', shortened(name), shortened(reason, 60))
      : this._trans.__('Image not saved: %1. See the console for the reason.', shortened(name));
  }

  private _marked(text: string, reading: DatedReading | null): string {
    return marked(text, reading, this._trans);
  }

  private readonly _trans: TranslationBundle;
}
