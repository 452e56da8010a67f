// Builds the panel's anywidget module and `lib/index.js`, which jupyter-builder wraps.
// --minify for what is published, --watch while working on it.
import { rm, stat } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { browser } from './bundle.mjs';
import { at, PANEL } from './paths.mjs';

/**
 * The module travels inside every widget. Stops of policies, the history and the chart of CPU and GPU took
 * it from 45 to 57 kB.
 */
const PANEL_LIMIT_BYTES = 59_000;
const minify = process.argv.includes('--minify');

const panel = {
  ...browser(minify),
  entryPoints: [at('src/anywidget.ts')],
  outfile: PANEL,
};
// Not minified here: jupyter-builder does it, and JupyterLab's own modules stay imports. The Chinese
// comes from JupyterLab, which reads the same catalogue.
const lib = {
  ...browser(false, { minifyStyle: minify, chinese: false }),
  entryPoints: [at('src/lab/index.ts')],
  // What jupyter-builder bundles, it lists with its licence.
  external: ['@jupyterlab/*', '@lumino/*', 'lit-html'],
  outfile: at('lib/index.js'),
};

/** Fails, and leaves no module behind, where the panel has grown too large. */
async function checkSize() {
  const { size } = await stat(PANEL);
  console.log(`panel: ${size} bytes`);
  if (!minify || size <= PANEL_LIMIT_BYTES) return;
  await rm(PANEL);
  throw new Error(`The panel may have ${PANEL_LIMIT_BYTES} bytes.`);
}

if (process.argv.includes('--watch')) {
  const contexts = await Promise.all([panel, lib].map(options => esbuild.context(options)));
  await Promise.all(contexts.map(context => context.watch()));
} else {
  await Promise.all([panel, lib].map(options => esbuild.build(options)));
  await checkSize();
}
