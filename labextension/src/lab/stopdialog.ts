import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { duration, passed, untilTextChanges, urgencyOf } from '../panel/index.ts';
import type { Action } from './stopactions.ts';
import type { Stop } from './stops.ts';
import type { CurrentStop } from './stopwarner.ts';

/** A tick falls just behind a change of the figures, so that none is skipped. */
const BEHIND_MS = 20;
/** A dialog that comes up while a person types takes none of those keys. */
const IGNORE_KEYS_MS = 1000;

/** What the dialog shows, as of now. */
export interface DialogContent {
  readonly title: string;
  readonly stop: CurrentStop;
  /** Lines about which stop it is, what would prevent it, and what would be lost. */
  readonly lines: (stop: Stop | null) => readonly string[];
  /** Whether there is anything to save. */
  readonly unsaved: () => boolean;
  /** Saves all, and reports what was saved and what was not; again once that changed. */
  readonly save: (report: (text: string) => void) => Promise<void>;
  /** How many times as fast as real time the stop comes nearer. */
  readonly speed: number;
}

function paragraph(className: string): HTMLElement {
  const element = document.createElement('p');
  element.className = className;
  return element;
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The countdown, and what it is about. */
class StopBody extends Widget {
  constructor(content: DialogContent) {
    super();
    this.addClass('jp-dsw-StopBody');
    this._content = content;
    this._figures.setAttribute('role', 'timer');
    this._result.setAttribute('role', 'status');
    this.node.append(this._figures, this._lines, this._result);
    this._tick();
  }

  /** Shows what became of saving. */
  report(text: string): void {
    setText(this._result, text);
    this._tick();
  }

  /** Stops ticking. */
  override dispose(): void {
    clearTimeout(this._timer);
    super.dispose();
  }

  private readonly _tick = (): void => {
    clearTimeout(this._timer);
    const { stop: current, lines, speed } = this._content;
    const stop = current();
    const left = stop?.left ?? 0;
    const figures = left > 0 ? duration(left) : passed(left);
    setText(this._figures, stop ? figures : '');
    const urgency = stop ? urgencyOf(left, stop.rule.max_idle_minutes) : 'none';
    this._figures.className = `jp-dsw-figures jp-dsw-${urgency}`;
    setText(this._lines, lines(stop).filter(Boolean).join('\n'));
    // Once it is due, the figures do not change any more; what is saved does.
    const wait = left > 0 ? untilTextChanges(left) / speed : 1000;
    this._timer = setTimeout(this._tick, Math.min(wait, 1000) + BEHIND_MS);
  };

  private readonly _content: DialogContent;
  private readonly _figures = paragraph('jp-dsw-figures');
  private readonly _lines = paragraph('jp-dsw-lines');
  private readonly _result = paragraph('jp-dsw-result');
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** As long as it takes no keys. */
const NEW = 'jp-dsw-mod-new';

const KEYS = ['keydown', 'keypress', 'keyup'] as const;

/** Takes a key before anything else does. */
function ignore(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** The dialog about a stop. Enter takes its last button. */
class StopDialog extends Dialog<unknown> {
  constructor(content: DialogContent, actions: readonly Action[], trans: TranslationBundle) {
    const body = new StopBody(content);
    const close = { label: trans.__('Close'), caption: trans.__('Close this warning') };
    const save = { label: trans.__('Save all'), caption: trans.__('Save all open files') };
    const canSave = content.unsaved();
    super({
      title: content.title,
      body,
      buttons: [
        ...(canSave ? [Dialog.cancelButton(close)] : []),
        ...actions.map(({ label, caption }) => Dialog.cancelButton({ label, caption })),
        Dialog.okButton(canSave ? save : close),
      ],
      defaultButton: actions.length + Number(canSave),
      hasClose: true,
    });
    this.addClass('jp-dsw-StopDialog');
    this._stopBody = body;
    this._content = content;
    this._saving = trans.__('Saving…');
    this._saveIndex = canSave ? actions.length + 1 : null;
  }

  /** Takes a button. Saving leaves the dialog open, to show what was saved and what was not. */
  override resolve(index?: number): void {
    const isSave = this._saveIndex !== null && (index ?? this._saveIndex) === this._saveIndex;
    if (!isSave || !this._content.unsaved()) super.resolve(index);
    else if (!this._isSaving) void this._save();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    for (const type of KEYS) addEventListener(type, ignore, true);
    this.addClass(NEW);
    this._timer = setTimeout(this._heed, IGNORE_KEYS_MS);
  }

  protected override onAfterDetach(message: Message): void {
    clearTimeout(this._timer);
    this._heed();
    super.onAfterDetach(message);
  }

  private readonly _heed = (): void => {
    for (const type of KEYS) removeEventListener(type, ignore, true);
    this.removeClass(NEW);
  };

  private async _save(): Promise<void> {
    this._isSaving = true;
    this._stopBody.report(this._saving);
    await this._content.save(text => {
      this._stopBody.report(text);
      this._isSaving = false;
    });
  }

  private readonly _stopBody: StopBody;
  private readonly _content: DialogContent;
  private readonly _saving: string;
  private readonly _saveIndex: number | null;
  private _isSaving = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** Shows the dialog; `closed` is called when a person closed it. Returns how to take it away. */
export function showStopDialog(
  content: DialogContent,
  actions: readonly Action[],
  trans: TranslationBundle,
  closed: () => void,
): () => boolean {
  const dialog = new StopDialog(content, actions, trans);
  let open = true;
  void dialog.launch().then(({ button }) => {
    if (!open) return;
    open = false;
    actions.find(({ label }) => label === button.label)?.run();
    closed();
  });
  return () => {
    const wasOpen = open;
    open = false;
    dialog.reject();
    return wasOpen;
  };
}
