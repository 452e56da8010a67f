import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { jupyterPage } from './page.ts';
import { publishPage } from './panel/sources/page.ts';

const page: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:page',
  description: 'Gives the panels in cells the way to the server and the display language.',
  autoStart: true,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null) => {
    // Asked when a panel is made: the translator may learn its language later than this.
    const language = () => translator?.languageCode ?? document.documentElement.lang;
    publishPage(jupyterPage(app.serviceManager.serverSettings, language));
  },
};

export default [page];
