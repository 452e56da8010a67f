// Builds the panel's anywidget module and `lib/index.js`, which jupyter-builder wraps.
// --minify for what is published, --watch while working on it.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { browser } from './bundle.mjs';
import { at, PANEL } from './paths.mjs';

/** The module travels inside every widget. */
const PANEL_LIMIT_BYTES = 20_000;
const minify = process.argv.includes('--minify');

/**
 * A module that unpacks the panel and imports it; anywidget awaits a default export that is a
 * function. Deflated, the texts of two languages and the style sheet weigh little; the browser
 * brings the other half of this (Compression Streams, in all of them since 2023).
 */
async function packed(code) {
  const data = deflateRawSync(code, { level: 9 }).toString('base64');
  const module = `export default async () => {
    const bytes = Uint8Array.from(atob("${data}"), character => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const code = await new Response(stream).text();
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    try { return (await import(url)).default; } finally { URL.revokeObjectURL(url); }
  };`;
  return (await esbuild.transform(module, { minify, target: 'es2022' })).code;
}

/** Writes the panel packed, and fails where it has grown too large. */
const packPanel = {
  name: 'pack-panel',
  setup(build) {
    build.onEnd(async ({ outputFiles: [plain] = [] }) => {
      if (!plain) return;
      const module = await packed(plain.contents);
      console.log(`panel: ${plain.contents.length} bytes, packed ${module.length}`);
      if (minify && module.length > PANEL_LIMIT_BYTES) {
        throw new Error(`The panel may have ${PANEL_LIMIT_BYTES} bytes.`);
      }
      await mkdir(dirname(PANEL), { recursive: true });
      await writeFile(PANEL, module);
    });
  },
};

const shared = browser(minify);
const panel = {
  ...shared,
  entryPoints: [at('src/panel/anywidget.ts')],
  outfile: PANEL,
  plugins: [...shared.plugins, packPanel],
  write: false,
};
// Not minified here: jupyter-builder does it, and JupyterLab's own modules stay imports.
const lib = {
  ...browser(false),
  entryPoints: [at('src/index.ts')],
  external: ['@jupyterlab/*', '@lumino/*'],
  outfile: at('lib/index.js'),
};

if (process.argv.includes('--watch')) {
  const contexts = await Promise.all([panel, lib].map(options => esbuild.context(options)));
  await Promise.all(contexts.map(context => context.watch()));
} else {
  await Promise.all([panel, lib].map(options => esbuild.build(options)));
}
