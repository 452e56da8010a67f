// Bundles the tests, so that they run in every Node that the build supports, and runs them.
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { browser } from './bundle.mjs';
import { at } from './paths.mjs';

const names = (await readdir(at('tests'), { recursive: true })).filter(name =>
  name.endsWith('.test.ts'),
);
const outdir = at('lib/tests');
await esbuild.build({
  ...browser(false),
  entryPoints: names.map(name => at(`tests/${name}`)),
  outdir,
  outbase: at('tests'),
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  // It cannot be bundled.
  external: ['jsdom'],
  // Lumino's modules for browsers: its others `require` what a module cannot.
  mainFields: ['module', 'main'],
  sourcemap: 'inline',
});
const files = names.map(name => `${outdir}/${name.replace(/ts$/, 'mjs')}`);
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
