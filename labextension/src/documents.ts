import type { JupyterFrontEnd } from '@jupyterlab/application';
import { reduce } from '@lumino/algorithm';
import type { Widget } from '@lumino/widgets';

/** The part of JupyterLab's document context that is used here. */
interface Context {
  readonly path: string;
  readonly model: { readonly dirty: boolean };
  save(): Promise<void>;
}

/** What became of saving all. */
export interface SaveResult {
  readonly saved: readonly string[];
  readonly failed: readonly string[];
}

/** Longer than a save takes; one that takes longer waits for a person's decision. */
const PATIENCE_MS = 15_000;

function isContext(value: unknown): value is Context {
  const { path, model, save } = (value ?? {}) as Partial<Context>;
  return typeof path === 'string' && typeof model === 'object' && typeof save === 'function';
}

/** The name of a file without its folders. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The documents that are open in JupyterLab, and its kernels. */
export class Documents {
  constructor({ shell, serviceManager }: Pick<JupyterFrontEnd, 'shell' | 'serviceManager'>) {
    this._shell = shell;
    this._sessions = serviceManager.sessions;
  }

  /** The names of files with changes that are not saved. */
  unsaved(): string[] {
    return this._dirty().map(({ path }) => nameOf(path));
  }

  /** The names of notebooks and consoles whose kernels are busy, as of JupyterLab's last look. */
  busy(): string[] {
    // `reduce` takes the iterators of JupyterLab 3 and of 4 alike.
    return reduce(
      this._sessions.running(),
      (names: string[], { name, path, kernel }) =>
        kernel?.execution_state === 'busy' ? [...names, nameOf(name || path)] : names,
      [],
    );
  }

  /** Saves all that is not saved, and reports which of it was. */
  async saveAll(): Promise<SaveResult> {
    const contexts = this._dirty();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    // JupyterLab reports itself why a file could not be saved.
    const saves = contexts.map(context => context.save().catch(() => undefined));
    await Promise.race([Promise.all(saves), late]);
    clearTimeout(timer);
    const names = (dirty: boolean) =>
      contexts.filter(({ model }) => model.dirty === dirty).map(({ path }) => nameOf(path));
    return { saved: names(false), failed: names(true) };
  }

  private _dirty(): Context[] {
    const contexts = reduce(
      this._shell.widgets('main'),
      (found: Set<Context>, widget: Widget) => {
        const { context } = widget as { readonly context?: unknown };
        return isContext(context) && context.model.dirty ? found.add(context) : found;
      },
      new Set<Context>(),
    );
    return [...contexts];
  }

  private readonly _shell: JupyterFrontEnd['shell'];
  private readonly _sessions: JupyterFrontEnd['serviceManager']['sessions'];
}
