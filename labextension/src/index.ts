import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

/** Gives cells what only a plugin can get. */
const page: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dsw:page',
  description: 'Gives the panels in cells the way to the Jupyter server and the display language.',
  autoStart: true,
  activate: () => {
    /* next */
  },
};

export default [page];
