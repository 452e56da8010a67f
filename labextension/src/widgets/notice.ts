import type { DialogAction } from './stopdialog.ts';

function button({ label, run }: Pick<DialogAction, 'label' | 'run'>): HTMLElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'jp-Button jp-mod-styled';
  element.textContent = label;
  element.addEventListener('click', run);
  return element;
}

/**
 * Says something in a corner of the window. JupyterLab loads the code of its own notifications from
 * the server when the first one is shown: too late where the server is what is missing.
 */
export function showNotice(
  text: string,
  action: Pick<DialogAction, 'label' | 'run'>,
  close: string,
): { withdraw(): void } {
  const notice = document.createElement('div');
  notice.className = 'jp-dsw-Notice';
  notice.setAttribute('role', 'alert');
  const withdraw = () => {
    notice.remove();
  };
  const words = document.createElement('p');
  words.textContent = text;
  notice.append(words, button({ label: close, run: withdraw }), button(action));
  document.body.append(notice);
  return { withdraw };
}
