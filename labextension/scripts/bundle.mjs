// What every bundle of this project shares: how the panel's style and Chinese texts get into it.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { CATALOGUE } from './paths.mjs';
import { readCatalogue, usedTexts } from './strings.mjs';

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

/** `dsw-catalogue`: the Chinese of the texts that the panel uses, without the rest of the catalogue. */
export const panelCatalogue = {
  name: 'panel-catalogue',
  setup(build) {
    build.onResolve({ filter: /^dsw-catalogue$/ }, ({ path }) => ({ path, namespace: 'dsw' }));
    build.onLoad({ filter: /.*/, namespace: 'dsw' }, async () => {
      const [used, { messages }] = await Promise.all([usedTexts(), readCatalogue()]);
      const needed = used.filter(text => messages[text]).map(text => [text, messages[text]]);
      const contents = JSON.stringify(Object.fromEntries(needed));
      return { contents, loader: 'json', watchFiles: [CATALOGUE] };
    });
  },
};

/** Options of every bundle that runs in a browser. */
export const browser = minify => ({
  bundle: true,
  charset: 'utf8',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  minify,
  plugins: [styleAsText(minify), panelCatalogue],
  target: 'es2022',
});
