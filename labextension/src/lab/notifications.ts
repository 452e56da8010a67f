import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { speedOf, urgencyOf } from '../panel/index.ts';
import type { Documents } from './documents.ts';
import type { InstanceEvent } from './events.ts';
import type { Messages } from './messages.ts';

import { showStopDialog } from './stopdialog.ts';
import type { Action, StopActions, StopWarnerOptions } from './stopwarner.ts';
import type { IInstanceStore } from './tokens.ts';

/** A notification of JupyterLab that stays until it is taken away. */
export class Toast {
  constructor(
    type: Notification.TypeOptions,
    message: string,
    actions: readonly Action[] = [],
    autoClose: number | false = false,
  ) {
    this._id = Notification.emit(message, type, {
      autoClose,
      actions: actions.map(({ run, ...action }) => ({ ...action, callback: run })),
    });
  }

  /** Whether it is on the screen: JupyterLab emits nothing when a person closes it. */
  get isOpen(): boolean {
    return document.getElementById(this._id) !== null;
  }

  /** Shows another message in the same place; where it was closed, in JupyterLab's list only. */
  update(type: Notification.TypeOptions, message: string): void {
    // JupyterLab would open a closed one again.
    if (this.isOpen) Notification.update({ id: this._id, type, message });
    else {
      Notification.dismiss(this._id);
      this._id = Notification.emit(message, type, { autoClose: 0 });
    }
  }

  /** Takes it away; returns whether it was still on the screen. */
  withdraw(): boolean {
    const { isOpen } = this;
    Notification.dismiss(this._id);
    return isOpen;
  }

  private _id: string;
}

/** How long it stays on the screen that all was saved. */
const SAVED_MS = 5000;

/** How JupyterLab colours the notification of an event. */
export function typeOf(event: InstanceEvent): Notification.TypeOptions {
  if (event.kind === 'snapshot') return event.saved ? 'success' : 'error';
  if (event.kind === 'status') return event.status.endsWith('Failed') ? 'error' : 'warning';
  return event.kind === 'node' ? 'error' : 'warning';
}

export interface PresenterParts {
  readonly store: IInstanceStore;
  readonly documents: Documents;
  readonly messages: Messages;
  readonly actions: StopActions;
  readonly trans: TranslationBundle;
}

/** How a warning is shown: as a notification, or as a dialog. */
export function presenter(parts: PresenterParts): StopWarnerOptions['present'] {
  const { store, documents, messages, actions, trans } = parts;
  const unsaved = () => documents.unsaved().length > 0;

  const saveAll: Action = {
    label: trans.__('Save all'),
    caption: trans.__('Save all open files'),
    run: () => {
      void documents.saveAll().then(result => {
        const failed = result.failed.length > 0;
        const text = messages.saved(result);
        new Toast(failed ? 'error' : 'success', text, [], failed ? false : SAVED_MS);
      });
    },
  };

  return (form, stop, current) => {
    const remind = actions.remind(stop, current);
    // Behind a dialog that is open a second one would wait unseen.
    if (form === 'toast' || document.querySelector('.jp-Dialog')) {
      const { reading } = store.state;
      const type = urgencyOf(stop.left, stop.idleLimit) === 'urgent' ? 'error' : 'warning';
      return new Toast(type, messages.warning(stop, reading), [
        saveAll,
        actions.console(),
        ...remind,
      ]);
    }
    const withdraw = showStopDialog(
      {
        stop: current,
        lines: now => [
          messages.stopAt(now, store.state.reading),
          messages.alive(now, store.state.reading),
          messages.unsaved(documents.unsaved()),
          messages.busy(documents.busy()),
        ],
        unsaved,
        save: async () => messages.saved(await documents.saveAll()),
        speed: speedOf(store.state.reading),
      },
      [...remind, actions.console()],
      trans,
      () => {
        const now = current();
        if (now && unsaved()) actions.remindLast(now);
      },
    );
    return { withdraw };
  };
}

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
