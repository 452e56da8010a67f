import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import type { Widget } from '@lumino/widgets';
import { StatusItem } from '../statusitem.ts';
import { CommandIDs, IInstanceStore, IPreferences } from '../tokens.ts';

/** The part of a notebook's panel that is used here: its tokens need not be loaded for that. */
interface NotebookPanel extends Widget {
  readonly toolbar: { addItem(name: string, widget: Widget): boolean };
}

/** A new item, which follows the settings and ticks only in a browser tab that is in sight. */
function newItem(
  { commands }: JupyterFrontEnd,
  store: IInstanceStore,
  preferences: IPreferences,
): StatusItem {
  const item = new StatusItem({
    store,
    preferences: () => preferences.current,
    open: () => void commands.execute(CommandIDs.showPanel, { toggle: true }),
  });
  document.addEventListener('visibilitychange', item.tick);
  preferences.changed.connect(item.tick);
  item.disposed.connect(() => {
    document.removeEventListener('visibilitychange', item.tick);
    preferences.changed.disconnect(item.tick);
  });
  return item;
}

/** The instance in the status bar; Notebook 7 has none. */
export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:status',
  description: 'Shows the status and the next stop of the instance in the status bar.',
  autoStart: true,
  requires: [IInstanceStore, IPreferences],
  optional: [IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    store: IInstanceStore,
    preferences: IPreferences,
    statusBar: IStatusBar | null,
  ) => {
    if (!statusBar) return;
    const item = newItem(app, store, preferences);
    item.id = 'jupyter-dsw-status';
    statusBar.registerStatusItem('jupyter-dsw:status', {
      item,
      align: 'left',
      rank: 90,
      priority: 1,
      isActive: () => item.isActive,
      activeStateChanged: item.activeStateChanged,
    });
  },
};

/** The instance in the toolbar of a notebook, where there is no status bar: in Notebook 7. */
export const toolbarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:toolbar',
  description: 'Shows the status and the next stop in the toolbar of notebooks in Notebook 7.',
  autoStart: true,
  requires: [IInstanceStore, IPreferences],
  optional: [IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    store: IInstanceStore,
    preferences: IPreferences,
    statusBar: IStatusBar | null,
  ) => {
    if (statusBar) return;
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: notebook => {
        const item = newItem(app, store, preferences);
        const follow = () => {
          item.setHidden(!item.isActive);
        };
        follow();
        item.activeStateChanged.connect(follow);
        (notebook as unknown as NotebookPanel).toolbar.addItem('jupyter-dsw', item);
        return item;
      },
    });
  },
};
