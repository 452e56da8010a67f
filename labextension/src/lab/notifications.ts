import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type AtRisk, speedOf, urgencyOf } from '../panel/index.ts';
import { desktop } from './background.ts';
import type { Documents } from './documents.ts';
import type { InstanceEvent } from './events.ts';
import type { Messages } from './messages.ts';
import type { Action, StopActions } from './stopactions.ts';
import { showStopDialog } from './stopdialog.ts';
import type { Stop } from './stops.ts';
import type { CurrentStop, StopWarnerOptions } from './stopwarner.ts';
import type { IInstanceStore, Preferences } from './tokens.ts';

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

/** How JupyterLab colours the notification of an event. */
export function typeOf(event: InstanceEvent): Notification.TypeOptions {
  if (event.kind === 'snapshot') return event.saved ? 'success' : 'error';
  if (event.kind === 'status') return event.status.endsWith('Failed') ? 'error' : 'warning';
  if (event.kind === 'session') {
    return event.by === 'debt' || event.by === 'failure' ? 'warning' : 'info';
  }
  return event.kind === 'node' ? 'error' : 'warning';
}

/** How long it stays on the screen that something went well. */
const WELL_MS = 5000;

export interface StopViewsParts {
  readonly store: IInstanceStore;
  readonly actions: StopActions;
  readonly documents: Documents;
  readonly messages: Messages;
  readonly preferences: () => Preferences;
  readonly trans: TranslationBundle;
}

/** How a stop is shown in the window, with what a person can do about it. */
export class StopViews {
  constructor(parts: StopViewsParts) {
    this._parts = parts;
  }

  /** Shows a warning, as a notification or as a dialog. */
  readonly present: StopWarnerOptions['present'] = (form, stop, current, first) => {
    const { store, messages, trans, documents, actions } = this._parts;
    const { reading } = store.state;
    // Behind a dialog that is open a second one would wait unseen.
    if (form === 'toast' || document.querySelector('.jp-Dialog')) {
      const { max_idle_minutes: limit } = stop.rule;
      const type = urgencyOf(stop.left, limit) === 'urgent' ? 'error' : 'warning';
      return new Toast(type, messages.warning(stop, reading), [
        this._saveAll(),
        this._losses(current),
        actions.console(),
        ...actions.remind(stop, current),
        ...(first ? this._desktop() : []),
      ]);
    }
    const withdraw = this._openDialog(
      trans.__('The instance is about to stop'),
      current,
      actions.remind(stop, current),
      () => {
        const left = current();
        if (left && documents.unsaved().length) actions.remindLast(left);
      },
    );
    return { withdraw };
  };

  /** Shows what the next stop ends or removes, whether one is near or not. */
  showLosses(current: CurrentStop): void {
    const { trans, actions } = this._parts;
    const stop = current();
    const remind = stop ? actions.remind(stop, current) : [];
    this._openDialog(trans.__('What will I lose?'), current, remind, () => undefined);
  }

  /** Saves all, and shows which files were saved and which were not. */
  async saveAll(): Promise<void> {
    const { documents, messages } = this._parts;
    for await (const result of documents.saveAll()) {
      const failed = result.failed.length > 0;
      const type = failed ? 'error' : result.pending.length ? 'warning' : 'success';
      new Toast(type, messages.saved(result), [], failed ? false : WELL_MS);
    }
  }

  /** Requests permission to show notifications on the desktop, and shows what came of it. */
  async allowDesktop(): Promise<void> {
    const { messages } = this._parts;
    const permission = await desktop.request();
    const granted = permission === 'granted';
    new Toast(granted ? 'success' : 'info', messages.desktop(permission), [], WELL_MS * 2);
  }

  private _saveAll(): Action {
    const { trans } = this._parts;
    return {
      label: trans.__('Save all'),
      caption: trans.__('Save all open files'),
      run: () => void this.saveAll(),
    };
  }

  private _losses(current: CurrentStop): Action {
    const { trans } = this._parts;
    return {
      label: trans.__('What will I lose?'),
      caption: trans.__('Show unsaved files, busy kernels, and jobs in terminals'),
      run: () => {
        this.showLosses(current);
      },
    };
  }

  /** To be warned on the desktop too, if that was neither allowed nor denied yet. */
  private _desktop(): Action[] {
    const { trans, preferences } = this._parts;
    if (!preferences().desktopNotifications || desktop.permission !== 'default') return [];
    return [
      {
        label: trans.__('Desktop alerts'),
        caption: trans.__('Warn me on the desktop too when this tab is in the background'),
        run: () => void this.allowDesktop(),
      },
    ];
  }

  private _openDialog(
    title: string,
    stop: CurrentStop,
    remind: readonly Action[],
    closed: () => void,
  ): () => boolean {
    const { store, documents, messages, trans, actions } = this._parts;
    let risk: AtRisk | null | undefined;
    void documents.atRisk().then(found => {
      risk = found;
    });
    const content = {
      title,
      stop,
      lines: (now: Stop | null) => [
        ...(now ? messages.details(now, store.state.reading) : []),
        messages.unsaved(documents.unsaved()),
        messages.busy(documents.busy()),
        // It comes with the next tick.
        ...(risk === undefined ? [] : messages.atRisk(risk)),
      ],
      unsaved: () => documents.unsaved().length > 0,
      save: async (report: (text: string) => void) => {
        for await (const result of documents.saveAll()) report(messages.saved(result));
      },
      speed: speedOf(store.state.reading),
    };
    return showStopDialog(content, [...remind, actions.console()], trans, closed);
  }

  private readonly _parts: StopViewsParts;
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
