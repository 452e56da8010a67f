import { ServerConnection } from '@jupyterlab/services';
import type { JupyterPage } from './panel/sources/page.ts';

/** The page as cells see it: the application's own way to the server, and its language. */
export function jupyterPage(
  settings: ServerConnection.ISettings,
  language: () => string,
): JupyterPage {
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
