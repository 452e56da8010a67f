import {
  type Reading,
  isReading,
  mountPanel,
  serverSource,
  Poller,
  publishedConnection,
  type DataSource,
} from './panel/index.ts';

/** What anywidget calls: `initialize` once a model, `render` for each view of it. */
export interface PanelWidget {
  initialize(context: { model: Model }): void;
  /** What it returns frees the view. */
  render(context: { model: Model; el: HTMLElement }): () => void;
}

/**
 * The panel as a widget. On a Jupyter page it requests readings from the server by itself, so that it lives on while
 * the kernel computes; elsewhere, and where the server has no jupyter-dsw, the kernel feeds it.
 *
 * anywidget calls this function once a model. Each view gets another proxy of the model, whose
 * listeners end with that view; the one of `initialize` lasts as long as the model. So all views share
 * the source that is made there.
 */
export default function panelWidget(): PanelWidget {
  let kernel: DataSource | undefined;
  return {
    initialize({ model }) {
      kernel = kernelSource(model);
    },
    render({ model, el }) {
      const tags = [
        publishedConnection()?.language,
        document.documentElement.lang,
        navigator.language,
      ];
      kernel ??= kernelSource(model);
      return mountPanel(el, serverSource() ?? kernel, {
        lang: tags.find(Boolean) ?? '',
        sections: model.get('sections') as string[],
        saved: model.get('reading') as Reading | null,
        fallback: kernel,
      });
    },
  };
}

/** The part of anywidget's model that is used here. */
export interface Model {
  get(name: string): unknown;
  on(event: string, callback: (message: unknown) => void): void;
  send(content: unknown): void;
}

/** A kernel that computes responds to nothing until its cell is done. */
const KERNEL_TIMEOUT_MS = 30_000;
const LONGEST_BACK_OFF_MS = 300_000;
/** The kernel takes a panel to be in view for a little longer (`VIEWED_FOR_S` in widget.py). */
const VIEW_MS = 3_600_000;

/**
 * Readings from the kernel, by messages. A message makes the kernel busy for a moment, which counts as
 * activity. So there is one when the panel comes into view, one when it leaves, and one an hour; while it
 * is in view, the kernel sends a reading whenever something changed.
 */
function kernelSource(model: Model): DataSource {
  // Several pages may show the same model.
  const viewer = Math.random().toString(36);
  let views = 0;
  let settle: ((reading: Reading) => void) | null = null;
  const request = (fresh: boolean) =>
    new Promise<Reading>((resolve, reject) => {
      settle = resolve;
      setTimeout(reject, KERNEL_TIMEOUT_MS);
      model.send({ type: 'read', viewer, fresh });
    });
  const poller = new Poller({ request, onReject: 'kernel', longestBackOff: LONGEST_BACK_OFF_MS });
  // Not the trait: what is in a trait is saved with the notebook, so it has only a part.
  model.on('msg:custom', message => {
    if (!isReading(message)) return;
    const reading = { ...message, next_read_in_ms: VIEW_MS };
    settle?.(reading);
    // The kernel may be late, or send one that nobody requested: it counts all the same.
    if (!poller.state.requesting) poller.accept(reading);
  });
  return {
    get state() {
      return poller.state;
    },
    watch(changed) {
      // The kernel forgot the page when the last view left.
      if (!views++) poller.catchUp();
      const unwatch = poller.watch(changed);
      return () => {
        unwatch();
        if (--views) return;
        try {
          model.send({ type: 'leave', viewer });
        } catch {
          // Its kernel is gone, and nobody needs to know.
        }
      };
    },
    refresh() {
      poller.refresh();
    },
    heartbeat: poller.heartbeat,
  };
}
