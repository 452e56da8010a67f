// Builds the panel's anywidget module and `lib/index.js`, which jupyter-builder wraps.
// --minify for what is published, --watch while working on it.
import { stat } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { browser } from './bundle.mjs';
import { at, PANEL } from './paths.mjs';

/** It travels inside every widget. */
const PANEL_LIMIT_BYTES = 20_000;

const minify = process.argv.includes('--minify');

const panel = {
  ...browser(minify),
  entryPoints: [at('src/panel/anywidget.ts')],
  outfile: PANEL,
};
// Not minified here: jupyter-builder does it, and JupyterLab's own modules stay imports.
const lib = {
  ...browser(false),
  entryPoints: [at('src/index.ts')],
  external: ['@jupyterlab/*', '@lumino/*'],
  outfile: at('lib/index.js'),
};

async function checkSize() {
  const { size } = await stat(PANEL);
  console.log(`panel.js: ${size} bytes of at most ${PANEL_LIMIT_BYTES}`);
  if (size > PANEL_LIMIT_BYTES) {
    throw new Error('The panel is too large.');
  }
}

if (process.argv.includes('--watch')) {
  const contexts = await Promise.all([panel, lib].map(options => esbuild.context(options)));
  await Promise.all(contexts.map(context => context.watch()));
} else {
  await Promise.all([panel, lib].map(options => esbuild.build(options)));
  if (minify) await checkSize();
}
