import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ServerConnection } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import {
  type JupyterConnection,
  Poller,
  publishConnection,
  publishDataSource,
  publishThresholds,
  requestReading,
  setLanguage,
  translateBy,
} from '../../panel/index.ts';
import { browserTabs } from '../tabs.ts';
import { DEFAULTS, DOMAIN, IInstanceStore, IPreferences, type Preferences } from '../tokens.ts';

/** What cells get of JupyterLab: its connection to the server, and its language. */
function connectionOf(
  settings: ServerConnection.ISettings,
  language: () => string,
): JupyterConnection {
  const base = settings.baseUrl.replace(/\/?$/, '/');
  return {
    get language() {
      return language();
    },
    request: (path, init) => {
      // These would take the place of those that whoever embeds JupyterLab has set.
      const headers = { ...(settings.init.headers as Record<string, string>), ...init.headers };
      return ServerConnection.makeRequest(base + path, { ...init, headers }, settings);
    },
  };
}

/** How often to look whether the machine slept. */
const HEARTBEAT_MS = 10_000;
/** The way to the server is short: a minute at most until it is found to be back. */
const LONGEST_BACK_OFF_MS = 60_000;

/** Requests readings for the whole window, cells included, and gives them the display language. */
export const storePlugin: JupyterFrontEndPlugin<IInstanceStore> = {
  id: 'jupyter-dsw:store',
  description: 'Reads the PAI-DSW instance once for all that show it.',
  autoStart: true,
  provides: IInstanceStore,
  optional: [ITranslator],
  activate: (
    { serviceManager: { serverSettings } }: JupyterFrontEnd,
    translator: ITranslator | null,
  ) => {
    // Read when a panel is made: the translator may learn its language later than this.
    const language = () => translator?.languageCode ?? document.documentElement.lang;
    setLanguage(language());
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    // `__` by its other name: the catalogue's check looks for texts in `__`, and finds these in `t`.
    translateBy((text, ...values) => trans.gettext(text, ...values));
    publishConnection(connectionOf(serverSettings, language));
    const store: Poller = new Poller({
      request: fresh => requestReading(fresh, store.state.reading !== null),
      onReject: 'server-gone',
      longestBackOff: LONGEST_BACK_OFF_MS,
      tabs: browserTabs(`jupyter-dsw ${serverSettings.baseUrl}`),
      standby: () => document.hidden,
    });
    publishDataSource(store);
    document.addEventListener('visibilitychange', store.heartbeat);
    addEventListener('online', store.catchUp);
    // Back from the browser's back/forward cache; the other times it has just been loaded.
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) store.catchUp();
    });
    setInterval(store.heartbeat, HEARTBEAT_MS);
    return store;
  },
};

const ID = 'jupyter-dsw:plugin';

/**
 * A schema with its titles and descriptions in the display language. The server translates schemas
 * from the `.mo` files of language packs only (jupyterlab_server, translation_utils.py).
 */
function translated<T>(schema: T, trans: TranslationBundle): T {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      typeof value === 'string' && /^(title|description)$/.test(key) ? trans.gettext(value) : value,
    ),
  ) as T;
}

/** Gives the user's settings to the other plugins; the defaults where there is no registry. */
export const preferencesPlugin: JupyterFrontEndPlugin<IPreferences> = {
  id: ID,
  description: 'The settings of jupyter-dsw.',
  autoStart: true,
  provides: IPreferences,
  optional: [ISettingRegistry, ITranslator],
  activate: async (
    _app: JupyterFrontEnd,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const preferences = { current: DEFAULTS, changed: new Signal<unknown, void>({}) };
    registry?.transform(ID, {
      fetch: plugin => ({ ...plugin, schema: translated(plugin.schema, trans) }),
    });
    try {
      const settings = await registry?.load(ID);
      const follow = () => {
        preferences.current = { ...DEFAULTS, ...(settings?.composite as Partial<Preferences>) };
        // Panels, in cells too, colour a stop as the warnings do.
        publishThresholds(preferences.current);
        preferences.changed.emit();
      };
      settings?.changed.connect(follow);
      follow();
    } catch (reason) {
      console.error('jupyter-dsw: no settings, so the defaults apply.', reason);
    }
    return preferences;
  },
};
