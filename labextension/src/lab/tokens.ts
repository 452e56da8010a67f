import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { DataSource, DatedReading } from '../panel/index.ts';

/** What the window knows of the instance: one reading, shared by all that show it. */
export interface IInstanceStore extends DataSource {
  /**
   * Requests a new reading, and resolves with the reading known then, new or not. `byPerson`: the state
   * shows for a moment that there was nothing newer. `inStandby`: although nobody looks at the tab.
   */
  read(options?: { byPerson?: boolean; inStandby?: boolean }): Promise<DatedReading | null>;
}

export const IInstanceStore = new Token<IInstanceStore>(
  'jupyter-dsw:IInstanceStore',
  'The current reading of the PAI-DSW instance.',
);

/** The user's settings, as they are now. */
export interface IPreferences {
  readonly current: Preferences;
  readonly changed: ISignal<unknown, void>;
}

export const IPreferences = new Token<IPreferences>(
  'jupyter-dsw:IPreferences',
  'The settings of jupyter-dsw, followed live.',
);

/** IDs of the commands; only `showPanel` takes arguments: `tab`, `toggle`. */
export const CommandIDs = {
  showPanel: 'jupyter-dsw:show-panel',
  showNextStop: 'jupyter-dsw:show-next-stop',
  showSnapshots: 'jupyter-dsw:show-snapshots',
  refresh: 'jupyter-dsw:refresh',
  copyInstanceId: 'jupyter-dsw:copy-instance-id',
  openConsole: 'jupyter-dsw:open-console',
  openWebIDE: 'jupyter-dsw:open-web-ide',
  openTerminal: 'jupyter-dsw:open-terminal',
  insertInfoCell: 'jupyter-dsw:insert-info-cell',
  showLosses: 'jupyter-dsw:show-losses',
  allowDesktop: 'jupyter-dsw:allow-desktop-notifications',
} as const;

/** The domain of the texts: `jupyter_dsw/locale/<language>/LC_MESSAGES/jupyter_dsw.json`. */
export const DOMAIN = 'jupyter_dsw';

/** The heading of the commands in the palette, by which they are found: “aliyun”, “pai”, “dsw”. */
export function paletteCategory(trans: TranslationBundle): string {
  return trans.__('Alibaba Cloud (Aliyun) PAI-DSW');
}

/** The settings; see `schema/plugin.json`. */
export interface Preferences {
  readonly statusBar: 'both' | 'countdown' | 'status' | 'off';
  readonly stopWarnings: boolean;
  /** Minutes before a stop. */
  readonly toastMinutes: readonly number[];
  /** Minutes before a stop; 0: never. */
  readonly dialogMinutes: number;
  /** Whether to save all by itself two minutes before a stop. */
  readonly saveBeforeStop: boolean;
  /** Whether to warn on the desktop too, where the browser allows it. */
  readonly desktopNotifications: boolean;
  /** "22:00"; empty: no quiet hours. */
  readonly quietFrom: string;
  readonly quietTo: string;
  readonly lastRun: boolean;
  readonly statusChanges: boolean;
  readonly snapshots: boolean;
  /** 0: never. */
  readonly diskPercent: number;
  readonly nodeErrors: boolean;
  readonly serverGone: boolean;
}

/** The defaults, as in the schema. */
export const DEFAULTS: Preferences = {
  statusBar: 'both',
  stopWarnings: true,
  toastMinutes: [30, 10],
  dialogMinutes: 2,
  saveBeforeStop: false,
  desktopNotifications: true,
  quietFrom: '',
  quietTo: '',
  lastRun: true,
  statusChanges: true,
  snapshots: true,
  diskPercent: 90,
  nodeErrors: true,
  serverGone: true,
};
