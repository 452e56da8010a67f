// Writes lib/gallery.html: the panel in all its states. Open it with ?theme=dark&lang=zh-CN&width=300
// and ?case=<a fixture's name>.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { browser } from './bundle.mjs';
import { at } from './paths.mjs';

const { outputFiles } = await esbuild.build({
  ...browser(false),
  entryPoints: [at('gallery/gallery.ts')],
  write: false,
});
const style = await readFile(at('gallery/gallery.css'), 'utf8');
const script = outputFiles[0].text.replaceAll('</script', '<\\/script');
await mkdir(at('lib'), { recursive: true });
await writeFile(
  at('lib/gallery.html'),
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>jupyter-dsw panel</title>
<style>${style}</style><body><main></main><script type="module">${script}</script>`,
);
console.log('lib/gallery.html');
