import { commandsPlugin } from './plugins/commands.ts';
import { panelPlugin } from './plugins/panel.ts';
import { preferencesPlugin } from './plugins/preferences.ts';
import { statusPlugin } from './plugins/status.ts';
import { storePlugin } from './plugins/store.ts';
import { warningsPlugin } from './plugins/warnings.ts';

export default [
  storePlugin,
  preferencesPlugin,
  statusPlugin,
  panelPlugin,
  commandsPlugin,
  warningsPlugin,
];
