import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** JupyterLab's own notifications, of JupyterLab 3.6 and 4; their setting "Silence all notifications". */
const PLUGIN = '@jupyterlab/apputils-extension:notification';
const SETTING = 'doNotDisturbMode';

/** Follows whether JupyterLab shows no toasts; it does where there is no such setting. */
export function followDoNotDisturb(
  registry: ISettingRegistry | null,
  changed: () => void,
): () => boolean {
  let silent = false;
  void registry?.load(PLUGIN).then(
    settings => {
      const follow = () => {
        silent = settings.get(SETTING).composite === true;
        changed();
      };
      settings.changed.connect(follow);
      follow();
    },
    () => undefined,
  );
  return () => silent;
}
