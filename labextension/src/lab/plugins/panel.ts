import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { some } from '@lumino/algorithm';
import { TabPanel, type Widget } from '@lumino/widgets';
import { CommandIDs, DOMAIN, IInstanceStore, IPreferences, paletteCategory } from '../tokens.ts';
import { instanceIcon, OutputRenderer, PanelWidget, StatusItem } from '../widgets.ts';

const SIDE_ID = 'jupyter-dsw-panel';
const TAB_ID = 'jupyter-dsw-tab';
/** Below JupyterLab's own panels. */
const RANK = 700;

/** The panel of the window: at the side in JupyterLab, as a tab elsewhere. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:panel',
  description: 'Shows the instance in a side panel, or in a tab where there is none.',
  autoStart: true,
  requires: [IInstanceStore],
  optional: [ITranslator, ILabShell, ILayoutRestorer, ICommandPalette],
  activate: (
    { commands, shell }: JupyterFrontEnd,
    store: IInstanceStore,
    translator: ITranslator | null,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const lang = translator?.languageCode ?? document.documentElement.lang;
    const newPanel = () => new PanelWidget(store, lang, trans);
    const tabs = new WidgetTracker<MainAreaWidget<PanelWidget>>({ namespace: TAB_ID });

    /** The tab, made if it is not there; Notebook 7's start page has tabs of its own. */
    const showTab = () => {
      const { currentWidget: current } = shell;
      const tab = tabs.currentWidget ?? new MainAreaWidget({ content: newPanel() });
      tab.id = TAB_ID;
      tab.title.label = trans.__('DSW instance');
      tab.title.icon = instanceIcon;
      tab.title.closable = true;
      if (!tab.isAttached) {
        if (current instanceof TabPanel) current.addWidget(tab);
        // A window of Notebook 7 has one document: the panel goes to its side.
        // JupyterLab's shell never forgets a widget that was added with a rank.
        else if (labShell || !current) shell.add(tab, 'main');
        else shell.add(tab, 'right', { rank: RANK });
      }
      if (!tabs.has(tab)) void tabs.add(tab);
      if (current instanceof TabPanel) current.currentWidget = tab;
      else shell.activateById(TAB_ID);
    };

    /** Closes the panel if it is in sight; whether it was. */
    const close = () => {
      const tab = tabs.currentWidget;
      if (side?.isVisible) {
        // Iterators of JupyterLab 3 are not iterable.
        const atRight = labShell && some(labShell.widgets('right'), widget => widget === side);
        if (atRight) labShell.collapseRight();
        else labShell?.collapseLeft();
        return true;
      }
      if (!tab?.isVisible) return false;
      tab.close();
      return true;
    };

    const side = labShell && newPanel();
    if (side) {
      side.id = SIDE_ID;
      labShell.add(side, 'left', { rank: RANK, type: 'DSW' });
      restorer?.add(side, SIDE_ID);
      void restorer?.restore(tabs, {
        command: CommandIDs.showPanel,
        args: () => ({ tab: true }),
        name: () => TAB_ID,
      });
    }

    commands.addCommand(CommandIDs.showPanel, {
      label: trans.__('Show PAI-DSW Instance'),
      caption: trans.__('Status, next stop, datasets and saved images of the DSW instance'),
      icon: instanceIcon,
      execute: ({ tab, toggle }) => {
        if (toggle && close()) return;
        if (!labShell || labShell.mode === 'single-document' || tab) showTab();
        else labShell.activateById(SIDE_ID);
      },
    });
    palette?.addItem({ command: CommandIDs.showPanel, category: paletteCategory(trans) });
  },
};

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

/** What `%dsw_info` puts into a cell's output: output.py has the same name. */
const MIME_TYPE = 'application/vnd.jupyter-dsw.reading+json';
/** Before HTML (50) and widgets (-10): the lower one is taken. */
const OUTPUT_RANK = -20;

/** The panel as the output of a cell, live whatever became of its kernel. */
export const outputPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:output',
  description: 'Shows the output of %dsw_info as a live panel.',
  autoStart: true,
  requires: [IInstanceStore, IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    store: IInstanceStore,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null,
  ) => {
    rendermime.addFactory(
      {
        // It draws texts as texts, so it needs no trust.
        safe: true,
        mimeTypes: [MIME_TYPE],
        createRenderer: ({ mimeType }) =>
          new OutputRenderer(
            mimeType,
            store,
            translator?.languageCode ?? document.documentElement.lang,
          ),
      },
      OUTPUT_RANK,
    );
  },
};
