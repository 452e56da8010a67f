import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { MINUTE } from '../panel/index.ts';
import type { ShownLog } from './shownlog.ts';
import type { Stop } from './stops.ts';
import type { CurrentStop } from './stopwarner.ts';
import { CommandIDs } from './tokens.ts';

/** What a person can do about a warning. */
export interface Action {
  readonly label: string;
  readonly caption: string;
  readonly run: () => void;
}

const REMIND_MS = 5 * MINUTE;
/** The last reminder comes so long before a stop, or halfway to it. */
const LAST_MS = MINUTE;

function lastBefore({ left }: Stop): number {
  return Math.min(LAST_MS, left / 2);
}

/** What a person can do about a stop. */
export class StopActions {
  /** `changed` is called when there is a new reminder: storage events reach other tabs only. */
  constructor(
    commands: CommandRegistry,
    log: ShownLog,
    trans: TranslationBundle,
    changed: () => void,
  ) {
    this._commands = commands;
    this._log = log;
    this._trans = trans;
    this._changed = changed;
  }

  /** To the console, where the instance is managed. */
  console(): Action {
    return {
      label: this._trans.__('Console'),
      caption: this._trans.__('Open the DSW console, where the instance is managed'),
      run: () => {
        const { openConsole: id } = CommandIDs;
        if (this._commands.isEnabled(id)) void this._commands.execute(id);
      },
    };
  }

  /** To be reminded, if there is time for that. `current`: the stop as of the click. */
  remind({ left }: Stop, current: CurrentStop): Action[] {
    // Five minutes before the stop there is nothing to be reminded of after them.
    if (left <= REMIND_MS) return [];
    return [
      {
        label: this._trans.__('In 5 min'),
        caption: this._trans.__('Show this warning again in 5 minutes'),
        run: () => {
          // What is left now: it may have been on the screen for long.
          const stop = current();
          if (!stop || stop.left <= 0) return;
          // Clicked late, it comes before the stop all the same.
          const inMs = Math.min(REMIND_MS, stop.left - lastBefore(stop));
          void this._log.remind(stop, inMs).then(this._changed);
        },
      },
    ];
  }

  /** Reminds once more of a stop, after its dialog was closed while files were not saved. */
  remindLast(stop: Stop): void {
    void this._log.remindLast(stop, lastBefore(stop)).then(this._changed);
  }

  private readonly _commands: CommandRegistry;
  private readonly _log: ShownLog;
  private readonly _trans: TranslationBundle;
  private readonly _changed: () => void;
}
