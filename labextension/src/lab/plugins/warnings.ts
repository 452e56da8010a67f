import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { speedOf } from '../../panel/index.ts';
import { desktop, TitleCountdown } from '../background.ts';
import { Documents } from '../documents.ts';
import { EventMessages } from '../eventmessages.ts';
import { EventReporter } from '../events.ts';
import { Messages } from '../messages.ts';
import { showNotice, StopViews, Toast, typeOf } from '../notifications.ts';
import { OutageWatch } from '../outage.ts';
import { ShownLog } from '../shownlog.ts';
import { StopActions } from '../stopactions.ts';
import { nextStop } from '../stops.ts';
import { StopWarner } from '../stopwarner.ts';
import { lock } from '../tabs.ts';
import { CommandIDs, DOMAIN, IInstanceStore, IPreferences, paletteCategory } from '../tokens.ts';
import { instanceIcon } from '../widgets.ts';

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

/** How often it looks which kernels are busy. */
const KERNELS_MS = 10_000;

/** Warns before a stop, and reports what happened to the instance. */
export const warningsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:warnings',
  description: 'Warns before the instance stops, and reports what happened to it.',
  autoStart: true,
  requires: [IInstanceStore, IPreferences],
  optional: [ISettingRegistry, ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    store: IInstanceStore,
    preferences: IPreferences,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const messages = new Messages(trans);
    const eventMessages = new EventMessages(trans);
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
    const views = new StopViews({ ...common, actions, documents, messages, trans });
    const title = new TitleCountdown(trans, () => speedOf(store.state.reading));
    const gone = new OutageWatch({
      ...common,
      present: outage =>
        showNotice(eventMessages.serverGone(outage, documents.unsaved()), actions.console(), {
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
      present: views.present,
      announce: (stop, { threshold }) => {
        const { reading } = store.state;
        const close = preferences.current.desktopNotifications
          ? desktop.show(
              messages.desktopTitle(stop, reading),
              messages.warning(stop, reading),
              ['jupyter-dsw', stop.instance, stop.id, threshold].join(' '),
            )
          : () => undefined;
        return {
          withdraw: () => {
            close();
            return true;
          },
        };
      },
      countDown: title.show,
      saveAll: () => void views.saveAll(),
    });
    const reporter = new EventReporter({
      ...common,
      present: (event, cause) => {
        const toast = new Toast(
          typeOf(event),
          eventMessages.event(event, cause, store.state.reading),
        );
        return {
          update: (later, stop) => {
            toast.update(typeOf(later), eventMessages.event(later, stop, store.state.reading));
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
    // A notebook is current before it has a kernel.
    app.shell.currentChanged?.connect(documents.watchKernels);
    setInterval(documents.watchKernels, KERNELS_MS);
    app.commands.addCommand(CommandIDs.showLosses, {
      label: trans.__('Show What a DSW Stop Would Lose'),
      caption: trans.__('Show unsaved files, busy kernels, and jobs in terminals'),
      icon: instanceIcon,
      execute: () => {
        views.showLosses(() => nextStop(store.state.reading));
      },
    });
    app.commands.addCommand(CommandIDs.allowDesktop, {
      label: trans.__('Allow Desktop Notifications Before a DSW Stop'),
      caption: trans.__('Warn me on the desktop too when this tab is in the background'),
      icon: instanceIcon,
      execute: async () => {
        await views.allowDesktop();
      },
    });
    for (const command of [CommandIDs.showLosses, CommandIDs.allowDesktop]) {
      palette?.addItem({ command, category: paletteCategory(trans) });
    }
    look();
  },
};
