import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { publishThresholds } from '../../panel/index.ts';
import { DEFAULTS, type Preferences } from '../settings.ts';
import { DOMAIN, IPreferences } from '../tokens.ts';

const ID = 'jupyter-dsw:plugin';

/**
 * A schema with its titles and descriptions in the display language. The server translates schemas
 * from the `.mo` files of language packs only (jupyterlab_server, translation_utils.py).
 */
function translated<T>(schema: T, trans: TranslationBundle): T {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      typeof value === 'string' && /^(title|description)$/.test(key) ? trans.gettext(value) : value,
    ),
  ) as T;
}

/** Gives the user's settings to the other plugins; the defaults where there is no registry. */
export const preferencesPlugin: JupyterFrontEndPlugin<IPreferences> = {
  id: ID,
  description: 'The settings of jupyter-dsw.',
  autoStart: true,
  provides: IPreferences,
  optional: [ISettingRegistry, ITranslator],
  activate: async (
    _app: JupyterFrontEnd,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const preferences = { current: DEFAULTS, changed: new Signal<unknown, void>({}) };
    registry?.transform(ID, {
      fetch: plugin => ({ ...plugin, schema: translated(plugin.schema, trans) }),
    });
    try {
      const settings = await registry?.load(ID);
      const follow = () => {
        preferences.current = { ...DEFAULTS, ...(settings?.composite as Partial<Preferences>) };
        // Panels, in cells too, colour a stop as the warnings do.
        publishThresholds(preferences.current);
        preferences.changed.emit();
      };
      settings?.changed.connect(follow);
      follow();
    } catch (reason) {
      console.error('jupyter-dsw: no settings, so the defaults apply.', reason);
    }
    return preferences;
  },
};
