import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** The settings; see `schema/plugin.json`. */
export interface Preferences {
  readonly statusBar: 'both' | 'countdown' | 'status' | 'off';
  readonly stopWarnings: boolean;
  /** Minutes before a stop. */
  readonly toastMinutes: readonly number[];
  /** Minutes before a stop; 0: never. */
  readonly dialogMinutes: number;
  /** "22:00"; empty: no quiet hours. */
  readonly quietFrom: string;
  readonly quietTo: string;
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
  quietFrom: '',
  quietTo: '',
  statusChanges: true,
  snapshots: true,
  diskPercent: 90,
  nodeErrors: true,
  serverGone: true,
};

/** Minutes since midnight of "22:30"; NaN if it is no such time. */
function minutesOf(time: string): number {
  const [, hours = NaN, minutes = NaN] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  return Number(hours) * 60 + Number(minutes);
}

/** Whether a moment is in the quiet hours, which may span midnight; empty ones are none. */
export function isQuiet(from: string, to: string, now: Date): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (isNaN(start + end)) return false;
  const minute = now.getHours() * 60 + now.getMinutes();
  return start <= end ? start <= minute && minute < end : start <= minute || minute < end;
}

/** JupyterLab's own notifications, of JupyterLab 3.6 and 4; their setting "Silence all notifications". */
const PLUGIN = '@jupyterlab/apputils-extension:notification';
const SETTING = 'doNotDisturbMode';

/** Follows whether JupyterLab shows no toasts; it does where there is no such setting. */
export function followDoNotDisturb(
  registry: ISettingRegistry | null,
  changed: () => void,
): () => boolean {
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
