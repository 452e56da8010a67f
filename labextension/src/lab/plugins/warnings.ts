import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Documents } from '../documents.ts';
import { EventReporter } from '../events.ts';
import { Messages } from '../messages.ts';
import { presenter, showNotice, Toast, typeOf } from '../notifications.ts';
import { OutageWatch } from '../outage.ts';
import { ShownLog } from '../shownlog.ts';
import { StopActions, StopWarner } from '../stopwarner.ts';
import { lock } from '../tabs.ts';
import { DOMAIN, IInstanceStore, IPreferences } from '../tokens.ts';

/** JupyterLab's own notifications, of JupyterLab 3.6 and 4; their setting "Silence all notifications". */
const PLUGIN = '@jupyterlab/apputils-extension:notification';
const SETTING = 'doNotDisturbMode';

/** Follows whether JupyterLab shows no toasts; it does where there is no such setting. */
function followDoNotDisturb(registry: ISettingRegistry | null, changed: () => void): () => boolean {
  let silent = false;
  void registry?.load(PLUGIN).then(
    settings => {
      const follow = () => {
        silent = settings.get(SETTING).composite === true;
        changed();
      };
      settings.changed.connect(follow);
      follow();
    },
    () => undefined,
  );
  return () => silent;
}

/** Warns before a stop, and reports what happened to the instance. */
export const warningsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:warnings',
  description: 'Warns before the instance stops, and reports what happened to it.',
  autoStart: true,
  requires: [IInstanceStore, IPreferences],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    store: IInstanceStore,
    preferences: IPreferences,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const messages = new Messages(trans);
    const documents = new Documents(app);
    const name = `jupyter-dsw shown ${app.serviceManager.serverSettings.baseUrl}`;
    const log = new ShownLog(
      () => localStorage,
      name,
      task => lock(name, task),
    );
    const common = {
      store,
      log,
      preferences: () => preferences.current,
      visible: () => !document.hidden,
    };
    const look = () => {
      warner.look();
      void reporter.look();
      void gone.look();
    };
    const actions = new StopActions(app.commands, log, trans, look);
    const gone = new OutageWatch({
      ...common,
      present: outage =>
        showNotice(messages.serverGone(outage, documents.unsaved()), actions.console(), {
          label: trans.__('Close'),
          caption: trans.__('Close this warning'),
        }),
    });
    const doNotDisturb = followDoNotDisturb(registry, () => {
      look();
    });
    const warner = new StopWarner({
      ...common,
      doNotDisturb,
      gone: () => gone.away,
      unsaved: () => documents.unsaved().length > 0,
      present: presenter({ store, documents, messages, actions, trans }),
    });
    const reporter = new EventReporter({
      ...common,
      present: (event, cause) => {
        const toast = new Toast(typeOf(event), messages.event(event, cause, store.state.reading));
        return {
          update: (later, stop) => {
            toast.update(typeOf(later), messages.event(later, stop, store.state.reading));
          },
          withdraw: () => {
            toast.withdraw();
          },
        };
      },
    });
    document.addEventListener('visibilitychange', look);
    // Another tab has shown something, or a reminder was set there.
    addEventListener('storage', ({ key }) => {
      if (key === name || key === null) look();
    });
    preferences.changed.connect(look);
    look();
  },
};
