import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { Stop } from '../countdown.ts';
import type { InstanceEvent } from '../events.ts';
import { EventTeller } from '../eventteller.ts';
import { GoneWatch } from '../gonewatch.ts';
import { Ledger } from '../ledger.ts';
import { stopActions } from '../stopactions.ts';
import { StopWarner } from '../stopwarner.ts';
import { lock } from '../tabs.ts';
import { CommandIDs, DOMAIN, IInstanceStore, IPreferences } from '../tokens.ts';
import { showNotice } from '../widgets/notice.ts';
import { stopDialog } from '../widgets/stopdialog.ts';
import { Words } from '../words.ts';

/** A notification that stays until it is taken away. */
function toast(
  type: Notification.TypeOptions,
  message: string,
  actions: Notification.IAction[] = [],
): string {
  return Notification.emit(message, type, { autoClose: false, actions });
}

function typeOf(event: InstanceEvent): Notification.TypeOptions {
  if (event.kind === 'snapshot') return event.saved ? 'success' : 'error';
  if (event.kind === 'status') return event.status.endsWith('Failed') ? 'error' : 'warning';
  return event.kind === 'node' ? 'error' : 'warning';
}

/** Warns before a stop, and tells what happened to the instance. */
export const warningsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:warnings',
  description: 'Warns before the instance stops, and tells what happened to it.',
  autoStart: true,
  requires: [IInstanceStore, IPreferences],
  optional: [ITranslator],
  activate: (
    { commands, serviceManager }: JupyterFrontEnd,
    store: IInstanceStore,
    preferences: IPreferences,
    translator: ITranslator | null,
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const words = new Words(trans);
    const name = `jupyter-dsw shown ${serviceManager.serverSettings.baseUrl}`;
    const common = {
      store,
      ledger: new Ledger(
        () => localStorage,
        name,
        task => lock(name, task),
      ),
      preferences: () => preferences.current,
      visible: () => !document.hidden,
    };
    const warner = new StopWarner({
      ...common,
      present: (form, first) => {
        const warning = (stop: Stop) => words.warning(stop, store.state.reading);
        const actions = stopActions(first, store, commands, common.ledger, trans);
        // Behind a dialog that is open a second one would wait unseen.
        if (form === 'toast' || document.querySelector('.jp-Dialog')) {
          const id = toast(
            'warning',
            warning(first),
            [...actions].reverse().map(({ run, ...action }) => ({ ...action, callback: run })),
          );
          return {
            withdraw: () => {
              Notification.dismiss(id);
            },
            update: stop => {
              Notification.update({ id, message: warning(stop) });
            },
          };
        }
        const dialog = stopDialog(store, warning, actions, trans);
        return {
          withdraw: () => {
            dialog.reject();
          },
        };
      },
    });
    const teller = new EventTeller({
      ...common,
      tell: event => {
        toast(typeOf(event), words.event(event, store.state.reading));
      },
    });
    const gone = new GoneWatch({
      ...common,
      present: last =>
        showNotice(
          words.serverGone(last),
          {
            label: trans.__('Open the DSW console'),
            run: () => void commands.execute(CommandIDs.openConsole),
          },
          trans.__('Close'),
        ),
    });
    const look = () => {
      warner.look();
      void teller.look();
      void gone.look();
    };
    document.addEventListener('visibilitychange', look);
    // A reminder that was asked for in another tab.
    addEventListener('storage', look);
    preferences.changed.connect(look);
    look();
  },
};
