import type { JupyterFrontEnd } from '@jupyterlab/application';
import { reduce } from '@lumino/algorithm';

/** The part of JupyterLab's document context that is used here. */
interface Context {
  readonly path: string;
  readonly model: { readonly dirty: boolean };
  save(): Promise<void>;
}

/** The part of a notebook's or console's session that is used here. */
interface SessionContext {
  readonly session: {
    readonly kernel: { readonly id: string; readonly status: string } | null;
  } | null;
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
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The documents that are open in JupyterLab, and its kernels. */
export class Documents {
  constructor({ shell, serviceManager }: Pick<JupyterFrontEnd, 'shell' | 'serviceManager'>) {
    this._shell = shell;
    this._services = serviceManager;
  }

  /** The names of files with changes that are not saved. */
  unsaved(): string[] {
    return this._dirty().map(({ path }) => nameOf(path));
  }

  /** The names of notebooks and consoles whose kernels are busy. */
  busy(): string[] {
    const busy = this._busyKernels();
    return this._reduce(this._services.sessions.running(), ({ name, path, kernel }) =>
      kernel && busy.has(kernel.id) ? [nameOf(name || path)] : [],
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
    const contexts = this._reduce(this._shell.widgets('main'), widget => {
      const { context } = widget as { readonly context?: unknown };
      return isContext(context) && context.model.dirty ? [context] : [];
    });
    // A document may have several views.
    return [...new Set(contexts)];
  }

  /**
   * Ids of busy kernels: of those that are shown as of now, else as of JupyterLab's last look.
   * JupyterLab 3 keeps its list of kernels to itself: there only the shown ones are known.
   */
  private _busyKernels(): Set<string> {
    const { kernels } = this._services as Partial<JupyterFrontEnd['serviceManager']>;
    const known = kernels
      ? this._reduce(kernels.running(), ({ id, execution_state: state = '' }) => [
          [id, state] as const,
        ])
      : [];
    const shown = this._reduce(this._shell.widgets('main'), widget => {
      const { sessionContext } = widget as { readonly sessionContext?: SessionContext };
      const kernel = sessionContext?.session?.kernel;
      return kernel ? [[kernel.id, kernel.status] as const] : [];
    });
    const states = new Map([...known, ...shown]);
    return new Set([...states].filter(([, state]) => state === 'busy').map(([id]) => id));
  }

  /** Iterators of JupyterLab 3 are not iterable; `reduce` takes those of 4 too. */
  private _reduce<T, R>(
    items: Parameters<typeof reduce<T, R[]>>[0],
    map: (item: T) => readonly R[],
  ): R[] {
    return reduce(
      items,
      (all: R[], item) => {
        all.push(...map(item));
        return all;
      },
      [],
    );
  }

  private readonly _shell: JupyterFrontEnd['shell'];
  private readonly _services: JupyterFrontEnd['serviceManager'];
}
