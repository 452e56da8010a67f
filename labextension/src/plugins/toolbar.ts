import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Widget } from '@lumino/widgets';
import { CommandIDs, IInstanceStore, IPreferences } from '../tokens.ts';
import { StatusWidget } from '../widgets/status.ts';

const ID = 'jupyter-dsw:toolbar';

/** The part of a notebook's panel that is used here: its tokens need not be loaded for that. */
interface NotebookPanel extends Widget {
  readonly toolbar: { addItem(name: string, widget: Widget): boolean };
}

/** The instance in the toolbar of a notebook, where there is no status bar: in Notebook 7. */
export const toolbarPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Shows the status and the next stop in the toolbar of notebooks in Notebook 7.',
  autoStart: true,
  requires: [IInstanceStore, IPreferences],
  optional: [IStatusBar],
  activate: (
    { commands, docRegistry }: JupyterFrontEnd,
    store: IInstanceStore,
    preferences: IPreferences,
    statusBar: IStatusBar | null,
  ) => {
    if (statusBar) return;
    docRegistry.addWidgetExtension('Notebook', {
      createNew: document => {
        const item = new StatusWidget({
          store,
          preferences: () => preferences.current,
          open: () => void commands.execute(CommandIDs.showPanel, { toggle: true }),
        });
        const follow = () => {
          item.setHidden(!item.isActive);
        };
        follow();
        item.activeStateChanged.connect(follow);
        window.document.addEventListener('visibilitychange', item.tick);
        preferences.changed.connect(item.tick);
        item.disposed.connect(() => {
          window.document.removeEventListener('visibilitychange', item.tick);
          preferences.changed.disconnect(item.tick);
        });
        (document as unknown as NotebookPanel).toolbar.addItem('jupyter-dsw', item);
        return item;
      },
    });
  },
};
