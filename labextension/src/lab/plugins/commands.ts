import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import {
  addIcon,
  copyIcon,
  launchIcon,
  refreshIcon,
  terminalIcon,
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import {
  announce,
  consoleUrl,
  copyText,
  type Instance,
  type DatedReading,
  safeUrl,
} from '../../panel/index.ts';
import { shortened } from '../messages.ts';
import { instanceIcon } from '../widgets.ts';
import { CommandIDs, DOMAIN, IInstanceStore, paletteCategory } from '../tokens.ts';

/** Where an instance can be reached; null where its reading has no safe address. */
interface InstanceLinks {
  /** The PAI console: where a stopped instance is started again. */
  readonly console: string;
  readonly webIDE: string | null;
  readonly terminal: string | null;
}

/** The links of an instance. */
function linksOf(reading: DatedReading | null): InstanceLinks {
  const instance = (reading?.instance ?? {}) as Instance;
  return {
    console: consoleUrl(instance, reading?.source.region),
    webIDE: safeUrl(instance.WebIDEUrl ?? ''),
    terminal: safeUrl(instance.TerminalUrl ?? ''),
  };
}

/** Opens an address in a tab that learns nothing of this one. */
function openLink(url: string | null): void {
  if (url) window.open(url, '_blank', 'noopener,noreferrer');
}

/** JupyterLab's own command: it knows which notebook is meant. */
const INSERT_CELL = 'notebook:insert-cell-below';
const COPIED_MS = 2000;

/** The part of a notebook's widget that is used here: its tokens need not be loaded for that. */
interface Notebook {
  readonly content?: {
    readonly activeCell?: {
      readonly model: { readonly sharedModel: { setSource(source: string): void } };
    } | null;
  };
}

/** What a person can do from the palette. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:commands',
  description: 'Commands about the instance: refresh, copy its ID, open it elsewhere.',
  autoStart: true,
  requires: [IInstanceStore],
  optional: [ITranslator, ICommandPalette],
  activate: (
    { commands, shell }: JupyterFrontEnd,
    store: IInstanceStore,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const links = () => linksOf(store.state.reading);
    const instanceId = () => store.state.reading?.source.instance_id ?? null;
    const showPanel = () => commands.execute(CommandIDs.showPanel);
    const options: Record<string, CommandRegistry.ICommandOptions> = {
      // The panel has both; people search the palette for these.
      [CommandIDs.showNextStop]: {
        label: trans.__('Show When the DSW Instance Will Stop'),
        caption: trans.__('Show the panel, with the time left until the next stop'),
        icon: instanceIcon,
        execute: showPanel,
      },
      [CommandIDs.showSnapshots]: {
        label: trans.__('Show DSW Snapshots (Saved Images)'),
        caption: trans.__('Show the panel, with the saved images of the instance'),
        icon: instanceIcon,
        execute: showPanel,
      },
      [CommandIDs.refresh]: {
        label: trans.__('Refresh DSW Instance'),
        caption: trans.__('Read the instance again'),
        icon: refreshIcon,
        execute: async () => {
          await store.read({ byPerson: true });
          // The status bar and the panels show it.
          if (store.state.nothingNewer) announce(trans.__('There is nothing newer yet.'));
        },
      },
      [CommandIDs.copyInstanceId]: {
        label: trans.__('Copy DSW Instance ID'),
        caption: trans.__('Copy the ID of the instance to the clipboard'),
        icon: copyIcon,
        isEnabled: () => instanceId() !== null,
        execute: async () => {
          const id = instanceId();
          if (id === null || !(await copyText(id))) return;
          Notification.success(trans.__('Copied: %1', shortened(id)), { autoClose: COPIED_MS });
        },
      },
      [CommandIDs.openConsole]: {
        label: trans.__('Open DSW Console'),
        caption: trans.__('Open the PAI console in a new browser tab'),
        icon: launchIcon,
        execute: () => {
          openLink(links().console);
        },
      },
      [CommandIDs.openWebIDE]: {
        label: trans.__('Open DSW Web IDE'),
        caption: trans.__('Open the instance in the Web IDE, in a new browser tab'),
        icon: launchIcon,
        isEnabled: () => links().webIDE !== null,
        execute: () => {
          openLink(links().webIDE);
        },
      },
      [CommandIDs.openTerminal]: {
        label: trans.__('Open DSW Terminal'),
        caption: trans.__('Open a terminal of the instance in a new browser tab'),
        icon: terminalIcon,
        isEnabled: () => links().terminal !== null,
        execute: () => {
          openLink(links().terminal);
        },
      },
      [CommandIDs.insertInfoCell]: {
        label: trans.__('Insert %dsw_info Cell'),
        caption: trans.__('Insert a cell that shows the instance below the current one'),
        icon: addIcon,
        isEnabled: () => commands.hasCommand(INSERT_CELL) && commands.isEnabled(INSERT_CELL),
        execute: async () => {
          await commands.execute(INSERT_CELL);
          const { content } = (shell.currentWidget ?? {}) as Notebook;
          content?.activeCell?.model.sharedModel.setSource('%dsw_info');
        },
      },
    };
    for (const [command, option] of Object.entries(options)) {
      commands.addCommand(command, option);
      palette?.addItem({ command, category: paletteCategory(trans) });
    }
  },
};
