// What every bundle of this project shares: where things are, and how the panel's style and
// Chinese texts get into it.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

/** Absolute path of a file given relative to `labextension/`. */
export const at = path => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const PANEL = at('../jupyter_dsw/notebook/static/panel.js');
export const CATALOGUE = at('../jupyter_dsw/locale/zh_CN/LC_MESSAGES/jupyter_dsw.json');
export const PANEL_LIMIT_BYTES = 20_000;

/** Style sheets become strings, minified where `minify`: the panel adopts them in its shadow root. */
export const styleAsText = minify => ({
  name: 'style-as-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await transform(source, { loader: 'css', minify, charset: 'utf8' });
      return { contents: code.trim(), loader: 'text' };
    });
  },
});

/** Options of every bundle that runs in a browser. */
export const browser = minify => ({
  bundle: true,
  charset: 'utf8',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  minify,
  plugins: [styleAsText(minify)],
  target: 'es2022',
});
