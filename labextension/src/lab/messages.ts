import type { TranslationBundle } from '@jupyterlab/translation';
import {
  type AtRisk,
  clean,
  duration,
  type Instance,
  locale,
  MINUTE,
  moment,
  percent,
  type DatedReading,
} from '../panel/index.ts';
import type { BusyKernel, SaveResult } from './documents.ts';
import { type DesktopPermission, untilStop } from './background.ts';
import type { Stop } from './stops.ts';

/** More than that are counted. */
const MOST_LISTED = 4;
/** JupyterLab cuts longer notifications; with space for the longest offset of a time zone. */
const MOST = 134;

/** What stands between sentences. */
function between(): string {
  return locale === 'en' ? ' ' : '';
}

/** A moment, in milliseconds since the epoch. */
export function at(ms: number): string {
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

/** Texts in a line; more than a few are counted. */
export function listed(texts: readonly string[], trans: TranslationBundle): string {
  const more = texts.length - MOST_LISTED;
  const shown = texts.slice(0, MOST_LISTED).join(trans.__(', '));
  return more > 0 ? trans.__('%1 and %2 more', shown, more) : shown;
}

/** Names in a line. */
export function names(all: readonly string[], trans: TranslationBundle): string {
  return listed(
    all.map(name => shortened(name)),
    trans,
  );
}

/** The texts about stops, of warnings and dialogs. Notifications have at most 140 characters. */
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
    let shown = this._marked(text, reading);
    for (const sentence of [this._decidedBy(stop), this._alive(stop)].filter(Boolean)) {
      const longer = [shown, sentence].join(between());
      // What does not fit is in the dialog.
      if (longer.length <= MOST) shown = longer;
    }
    return shown;
  }

  /** Which stop it is, in the status bar. */
  stopAt(stop: Stop): string {
    const time = at(stop.due);
    return stop.kind === 'scheduled'
      ? this._trans.__('Scheduled stop at %1.', time)
      : this._trans.__('Idle stop at %1.', time);
  }

  /** Which stop it is and why it comes, in the dialog, where the countdown is above; in lines. */
  details(stop: Stop, reading: DatedReading | null): string[] {
    const { expression } = stop.rule;
    return [
      this._marked(
        [this.stopAt(stop), this._decidedBy(stop)].filter(Boolean).join(between()),
        reading,
      ),
      expression ? this._trans.__('The policy: %1', shortened(expression, 200)) : '',
      this._alive(stop),
      stop.canSkip ? this._trans.__('You can skip it in the console.') : '',
    ];
  }

  /** Who decided that the instance is stopped; empty where it is the instance's own setting. */
  private _decidedBy({ decidedBy }: Stop): string {
    switch (decidedBy) {
      case 'workspace':
        return this._trans.__('It is a policy of the workspace.');
      case 'system':
        return this._trans.__('It was set by the platform.');
      case 'unknown':
        return this._trans.__('It is not known who set it.');
      default:
        return '';
    }
  }

  /** What counts as use of an idle instance, and what does not; empty for another stop. */
  private _alive({ kind, rule }: Stop): string {
    if (kind !== 'idle') return '';
    const { cpu_percent: cpu, gpu_percent: gpu } = rule;
    if (cpu === null) return this._trans.__('Typing does not count as use.');
    return gpu === null
      ? this._trans.__('Typing does not count as use; CPU over %1 does.', percent(cpu))
      : this._trans.__(
          'Typing does not count as use; CPU over %1 or GPU over %2 does.',
          percent(cpu),
          percent(gpu),
        );
  }

  /** The files that are not saved. */
  unsaved(files: readonly string[]): string {
    return files.length
      ? this._trans.__('Not saved: %1', names(files, this._trans))
      : this._trans.__('Everything is saved.');
  }

  /** The kernels that are busy, and for how long; empty if none is. */
  busy(kernels: readonly BusyKernel[]): string {
    const busy = kernels.map(({ name, forMs }) =>
      forMs === null
        ? shortened(name)
        : this._trans.__('%1 (for at least %2)', shortened(name), duration(forMs)),
    );
    return busy.length ? this._trans.__('Busy kernels: %1', listed(busy, this._trans)) : '';
  }

  /** What runs in terminals, and whether files stay; null: the server did not respond. */
  atRisk(risk: AtRisk | null): string[] {
    return [this._terminals(risk), risk ? this._folder(risk) : ''];
  }

  private _terminals(risk: AtRisk | null): string {
    const terminals = risk?.terminals;
    if (!terminals || terminals.some(({ jobs }) => jobs === null)) {
      return this._trans.__('It is not known what runs in the terminals.');
    }
    const busy = terminals.flatMap(({ name, jobs }) =>
      jobs?.length
        ? [this._trans.__('%1 (%2)', shortened(name), jobs.map(job => shortened(job)).join(', '))]
        : [],
    );
    return busy.length
      ? this._trans.__('Running in terminals: %1', listed(busy, this._trans))
      : this._trans.__('Nothing runs in the terminals of JupyterLab.');
  }

  private _folder({ folder, disk, kept }: AtRisk): string {
    const path = shortened(folder);
    if (kept === null) {
      return this._trans.__('It is not known whether saved files in %1 stay after a stop.', path);
    }
    return kept && disk
      ? this._trans.__(
          'Saved files stay: %1 is on the disk mounted at %2.',
          path,
          shortened(disk.mounted_at),
        )
      : this._trans.__('Saved files may be lost too: %1 is not on a mounted disk.', path);
  }

  /** What came of asking for notifications on the desktop. */
  desktop(permission: DesktopPermission): string {
    switch (permission) {
      case 'granted':
        return this._trans.__(
          'You will be warned on the desktop when this tab is in the background.',
        );
      case 'denied':
        return this._trans.__(
          'The browser blocks notifications of this page. Allow them in its settings for this site.',
        );
      case 'unsupported':
        return this._trans.__(
          'This browser has no desktop notifications. The title of the tab counts down instead.',
        );
      default:
        return this._trans.__(
          'Desktop notifications are not allowed yet. The title of the tab counts down.',
        );
    }
  }

  /** A notification on the desktop: its title. */
  desktopTitle(stop: Stop, reading: DatedReading | null): string {
    const { InstanceName: name } = (reading?.instance ?? {}) as Instance;
    return name
      ? this._trans.__('%1 stops in %2', shortened(name), untilStop(stop))
      : this._trans.__('The DSW instance stops in %1', untilStop(stop));
  }

  /** What became of saving all. */
  saved({ saved, failed, pending }: SaveResult): string {
    return [
      saved.length ? this._trans.__('Saved: %1', names(saved, this._trans)) : '',
      failed.length ? this._trans.__('Could not be saved: %1', names(failed, this._trans)) : '',
      pending.length ? this._trans.__('Still being saved: %1', names(pending, this._trans)) : '',
      saved.length + failed.length + pending.length ? '' : this._trans.__('Everything is saved.'),
    ]
      .filter(Boolean)
      .join('\n');
  }

  private _marked(text: string, reading: DatedReading | null): string {
    return marked(text, reading, this._trans);
  }

  private readonly _trans: TranslationBundle;
}
