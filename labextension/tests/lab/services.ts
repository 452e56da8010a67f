/** In place of `@jupyterlab/services`. */
export const ServerConnection = {};
