import { Notification } from '@jupyterlab/apputils';

/** What a person can do about a warning. */
export interface Action {
  readonly label: string;
  readonly caption: string;
  readonly run: () => void;
}

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

  /** Whether it is on the screen: JupyterLab does not tell when a person closes it. */
  get isOpen(): boolean {
    return document.getElementById(this._id) !== null;
  }

  /** Says something else in the same place; where it was closed, in JupyterLab's list only. */
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
