import css from '../../style/index.css';
import { commandsPlugin } from './plugins/commands.ts';
import { outputPlugin, panelPlugin, statusPlugin, toolbarPlugin } from './plugins/panel.ts';
import { preferencesPlugin, storePlugin } from './plugins/store.ts';
import { warningsPlugin } from './plugins/warnings.ts';

// Not as the package's `style`, for which the builder adds loaders of twice its size.
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets.push(sheet);

export default [
  storePlugin,
  preferencesPlugin,
  statusPlugin,
  toolbarPlugin,
  panelPlugin,
  outputPlugin,
  commandsPlugin,
  warningsPlugin,
];
