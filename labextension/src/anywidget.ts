import {
  type Reading,
  isReading,
  storedReading,
  mountPanel,
  serverSource,
  Poller,
  publishedConnection,
  type DataSource,
} from './panel/index.ts';

/** What anywidget calls: `initialize` once a model, `render` for each view of it. */
export interface CellWidget {
  initialize(context: { model: Model }): void;
  /** What it returns frees the view. */
  render(context: { model: Model; el: HTMLElement }): () => void;
}

/**
 * The panel of a cell. On a Jupyter page it requests readings from the server by itself, so that it lives on while
 * the kernel computes; elsewhere, and where the server has no jupyter-dsw, the kernel feeds it.
 *
 * anywidget calls this function once a model. Each view gets another proxy of the model, whose
 * listeners end with that view; the one of `initialize` lasts as long as the model. So all views share
 * the source that is made there.
 */
export default function cellWidget(): CellWidget {
  let kernel: DataSource | undefined;
  return {
    initialize({ model }) {
      kernel = kernelSource(model);
    },
    render({ model, el }) {
      const saved = model.get('answer');
      const tags = [
        publishedConnection()?.language,
        document.documentElement.lang,
        navigator.language,
      ];
      kernel ??= kernelSource(model);
      return mountPanel(el, serverSource() ?? kernel, {
        lang: tags.find(Boolean) ?? '',
        sections: model.get('sections') as string[],
        first: isReading(saved) ? storedReading(saved) : null,
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

/** Requests readings of the kernel by messages. */
function kernelSource(model: Model): DataSource {
  let settle: ((reading: Reading) => void) | null = null;
  const request = (fresh: boolean) =>
    new Promise<Reading>((resolve, reject) => {
      settle = resolve;
      setTimeout(reject, KERNEL_TIMEOUT_MS);
      model.send({ type: 'read', fresh });
    });
  const poller = new Poller({ request, onReject: 'kernel', longestBackOff: LONGEST_BACK_OFF_MS });
  // Not the trait: what is in a trait is saved with the notebook, so it has only a part.
  model.on('msg:custom', reading => {
    if (!isReading(reading)) return;
    settle?.(reading);
    // The kernel may be late, or send one that nobody requested: it counts all the same.
    if (!poller.state.requesting) poller.accept(reading);
  });
  return poller;
}
