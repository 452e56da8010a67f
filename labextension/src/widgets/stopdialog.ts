import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { nextStop, type Stop } from '../countdown.ts';
import { duration } from '../panel/format.ts';
import { passed } from '../panel/view/timers.ts';
import type { IInstanceStore } from '../tokens.ts';

/** A tick falls just behind a change of second, so that none is skipped. */
const BEHIND_MS = 20;

/** What the dialog says: how long it is until the stop, and why. */
class StopBody extends Widget {
  constructor(store: IInstanceStore, warning: (stop: Stop) => string, advice: string) {
    super();
    this.addClass('jp-dsw-StopBody');
    this._store = store;
    this._warning = warning;
    this._figures.className = 'jp-dsw-figures';
    this._figures.setAttribute('role', 'timer');
    this.node.append(this._figures, this._words, paragraph(advice));
    this._tick();
  }

  /** Stops ticking. */
  override dispose(): void {
    clearTimeout(this._timer);
    super.dispose();
  }

  private readonly _tick = (): void => {
    const stop = nextStop(this._store.state.reading);
    const left = stop?.left ?? 0;
    if (stop) this._words.textContent = this._warning(stop);
    this._figures.textContent = left > 0 ? duration(left) : passed(left);
    this._timer = setTimeout(this._tick, (((left % 1000) + 1000) % 1000) + BEHIND_MS);
  };

  private readonly _store: IInstanceStore;
  private readonly _warning: (stop: Stop) => string;
  private readonly _figures = paragraph();
  private readonly _words = paragraph();
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function paragraph(text = ''): HTMLElement {
  const element = document.createElement('p');
  element.textContent = text;
  return element;
}

/** Something that a person can do about it. */
export interface DialogAction {
  readonly label: string;
  readonly caption: string;
  readonly run: () => void;
}

/** The dialog right before a stop. The last action is the one that Enter takes. */
export function stopDialog(
  store: IInstanceStore,
  warning: (stop: Stop) => string,
  actions: readonly DialogAction[],
  trans: TranslationBundle,
): Dialog<unknown> {
  const advice = trans.__('What is not saved may be lost.');
  const buttons = actions.map(({ label, caption }, place) =>
    (place === actions.length - 1 ? Dialog.okButton : Dialog.cancelButton)({ label, caption }),
  );
  const dialog = new Dialog({
    title: trans.__('The instance is about to stop'),
    body: new StopBody(store, warning, advice),
    buttons: [Dialog.cancelButton({ label: trans.__('Close') }), ...buttons],
    defaultButton: actions.length,
    hasClose: true,
  });
  dialog.addClass('jp-dsw-StopDialog');
  void dialog.launch().then(({ button }) => {
    actions.find(({ label }) => label === button.label)?.run();
  });
  return dialog;
}
