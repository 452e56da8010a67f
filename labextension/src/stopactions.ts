import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { nextStop, type Stop } from './countdown.ts';
import type { Ledger } from './ledger.ts';
import { CommandIDs, type IInstanceStore } from './tokens.ts';
import type { DialogAction } from './widgets/stopdialog.ts';

const REMIND_MS = 5 * 60_000;
/** JupyterLab's, and where it is missing, the one for the current document. */
const SAVE = ['docmanager:save-all', 'docmanager:save'];

/** Runs a command if it is there and can run now. */
function run(commands: CommandRegistry, id: string): void {
  if (commands.hasCommand(id) && commands.isEnabled(id)) void commands.execute(id);
}

/** What a person can do about a stop, the most useful last. */
export function stopActions(
  { left }: Stop,
  store: IInstanceStore,
  commands: CommandRegistry,
  ledger: Ledger,
  trans: TranslationBundle,
): DialogAction[] {
  const save = SAVE.find(id => commands.hasCommand(id)) ?? '';
  return [
    // Five minutes before the stop there is nothing to be reminded of after them.
    ...(left > REMIND_MS
      ? [
          {
            label: trans.__('Remind me in 5 minutes'),
            caption: trans.__('Show this warning again in 5 minutes'),
            run: () => {
              // What is left now: it may have been on the screen for long.
              const stop = nextStop(store.state.reading);
              if (stop) void ledger.remind(stop, REMIND_MS);
            },
          },
        ]
      : []),
    {
      label: trans.__('Open the DSW console'),
      caption: trans.__('Where the instance is managed'),
      run: () => {
        run(commands, CommandIDs.openConsole);
      },
    },
    {
      label: trans.__('Save all'),
      caption: trans.__('Save all open files'),
      run: () => {
        run(commands, save);
      },
    },
  ];
}
