import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { CommandIDs, IInstanceStore, IPreferences } from '../tokens.ts';
import { StatusWidget } from '../widgets/status.ts';

const ID = 'jupyter-dsw:status';

/** The instance in the status bar; Notebook 7 has none. */
export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Shows the status and the next stop of the instance in the status bar.',
  autoStart: true,
  requires: [IInstanceStore, IPreferences],
  optional: [IStatusBar],
  activate: (
    { commands }: JupyterFrontEnd,
    store: IInstanceStore,
    preferences: IPreferences,
    statusBar: IStatusBar | null,
  ) => {
    if (!statusBar) return;
    const item = new StatusWidget({
      store,
      preferences: () => preferences.current,
      open: () => void commands.execute(CommandIDs.showPanel, { toggle: true }),
    });
    item.id = ID.replace(':', '-');
    preferences.changed.connect(item.tick);
    document.addEventListener('visibilitychange', item.tick);
    statusBar.registerStatusItem(ID, {
      item,
      align: 'left',
      rank: 90,
      priority: 1,
      isActive: () => item.isActive,
      activeStateChanged: item.activeStateChanged,
    });
  },
};
