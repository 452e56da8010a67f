/** What the settings say; see `schema/plugin.json`. */
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

/** What holds where there are no settings, as in the schema. */
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
