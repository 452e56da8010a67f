import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ServerConnection } from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import {
  requestReading,
  type JupyterConnection,
  Poller,
  publishConnection,
  publishDataSource,
  setLanguage,
  translateBy,
} from '../../panel/index.ts';
import { browserTabs } from '../tabs.ts';
import { DOMAIN, IInstanceStore } from '../tokens.ts';

/** What cells get of JupyterLab: its connection to the server, and its language. */
export function connectionOf(
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
