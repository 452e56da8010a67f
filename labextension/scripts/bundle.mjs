// What every bundle of this project shares: how the panel's style and Chinese texts get into it.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { CATALOGUE } from './paths.mjs';
import { readCatalogue, withChinese, withMinifiedTemplates } from './strings.mjs';

/** Style sheets become strings, minified where `minify`: document and shadow roots adopt them. */
const styleAsText = minify => ({
  name: 'style-as-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await transform(source, { loader: 'css', minify, charset: 'utf8' });
      return { contents: code, loader: 'text' };
    });
  },
});

/**
 * Every `t('English')` gets the catalogue's Chinese in a second line. Where `minify`, templates are
 * minified too, which esbuild leaves as they are.
 */
const chineseTexts = minify => ({
  name: 'chinese-texts',
  setup(build) {
    build.onLoad({ filter: /[\\/](src|tests)[\\/].*\.ts$/ }, async ({ path }) => {
      const [source, messages] = await Promise.all([readFile(path, 'utf8'), readCatalogue()]);
      const both = withChinese(path, source, messages);
      const contents = minify ? withMinifiedTemplates(path, both) : both;
      return { contents, loader: 'ts', watchFiles: [path, CATALOGUE] };
    });
  },
});

/**
 * Options of every bundle that runs in a browser. Style sheets may be minified in others too, and a
 * bundle may come without the Chinese.
 */
export const browser = (minify, { minifyStyle = minify, chinese = true } = {}) => ({
  bundle: true,
  charset: 'utf8',
  format: 'esm',
  legalComments: 'eof',
  logLevel: 'warning',
  minify,
  plugins: [styleAsText(minifyStyle), ...(chinese ? [chineseTexts(minify)] : [])],
  target: 'es2022',
});
