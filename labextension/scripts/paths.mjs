// Where things are.
import { fileURLToPath } from 'node:url';

/** Absolute path of a file given relative to `labextension/`. */
export const at = path => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const PANEL = at('../jupyter_dsw/notebook/static/panel.js');
/** The prebuilt extension's scripts. */
export const EXTENSION = at('../jupyter_dsw/labextension/static');
export const CATALOGUE = at('../jupyter_dsw/locale/zh_CN/LC_MESSAGES/jupyter_dsw.json');
