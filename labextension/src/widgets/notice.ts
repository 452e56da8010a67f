import type { Action } from './toast.ts';

function button({ label, caption, run }: Action): HTMLElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'jp-Button jp-mod-styled';
  element.textContent = label;
  element.title = caption;
  element.addEventListener('click', run);
  return element;
}

/**
 * Shows a message in a corner of the window; returns how to take it away. JupyterLab loads the code
 * of its own notifications from the server when the first one is shown: too late where the server is
 * what is missing.
 */
export function showNotice(
  message: string,
  action: Action,
  close: Pick<Action, 'label' | 'caption'>,
): () => void {
  const notice = document.createElement('div');
  notice.className = 'jp-dsw-Notice';
  notice.setAttribute('role', 'alert');
  const withdraw = () => {
    notice.remove();
  };
  for (const line of message.split('\n')) {
    const paragraph = document.createElement('p');
    paragraph.textContent = line;
    notice.append(paragraph);
  }
  notice.append(button({ ...close, run: withdraw }), button(action));
  document.body.append(notice);
  return withdraw;
}
