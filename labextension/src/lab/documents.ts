import type { JupyterFrontEnd } from '@jupyterlab/application';
import { ServerConnection } from '@jupyterlab/services';
import { reduce } from '@lumino/algorithm';
import { type AtRisk, now } from '../panel/index.ts';

/** The part of JupyterLab's document context that is used here. */
interface Context {
  readonly path: string;
  readonly model: { readonly dirty: boolean };
  save(): Promise<void>;
}

/** The part of a notebook's or console's session that is used here. */
interface SessionContext {
  readonly session: { readonly kernel: Kernel | null } | null;
}

/** The part of a kernel's connection that is used here. */
interface Kernel {
  readonly id: string;
  readonly status: string;
  readonly statusChanged: {
    connect(slot: (kernel: Kernel, status: string) => void): boolean;
  };
}

/** A kernel that is busy. */
export interface BusyKernel {
  /** The name of its notebook or console. */
  readonly name: string;
  /** For how long at least, in milliseconds; null where no document in this tab shows it. */
  readonly forMs: number | null;
}

/** What became of saving all. */
export interface SaveResult {
  readonly saved: readonly string[];
  readonly failed: readonly string[];
}

const AT_RISK = 'jupyter-dsw/v1/at-risk';

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

  /** What the server knows of the folder and the terminals; null where it does not respond. */
  async atRisk(): Promise<AtRisk | null> {
    const { serverSettings: settings } = this._services;
    try {
      const url = settings.baseUrl.replace(/\/?$/, '/') + AT_RISK;
      const response = await ServerConnection.makeRequest(url, {}, settings);
      return response.ok ? ((await response.json()) as AtRisk) : null;
    } catch {
      return null;
    }
  }

  /** Notes since when the kernels that are shown are busy; called now and then. */
  readonly watchKernels = (): void => {
    for (const kernel of this._shownKernels()) {
      if (this._watched.has(kernel)) continue;
      this._watched.add(kernel);
      this._note(kernel);
      kernel.statusChanged.connect(this._note);
    }
  };

  /** The names of files with changes that are not saved. */
  unsaved(): string[] {
    return this._dirty().map(({ path }) => nameOf(path));
  }

  /** The notebooks and consoles whose kernels are busy. */
  busy(): BusyKernel[] {
    this.watchKernels();
    const busy = this._busyKernels();
    return this._reduce(this._services.sessions.running(), ({ name, path, kernel }) => {
      if (!kernel || !busy.has(kernel.id)) return [];
      const since = this._busySince.get(kernel.id);
      return [{ name: nameOf(name || path), forMs: since === undefined ? null : now() - since }];
    });
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
    const shown = this._shownKernels().map(({ id, status }) => [id, status] as const);
    const states = new Map([...known, ...shown]);
    return new Set([...states].filter(([, state]) => state === 'busy').map(([id]) => id));
  }

  private _shownKernels(): Kernel[] {
    return this._reduce(this._shell.widgets('main'), widget => {
      const { sessionContext } = widget as { readonly sessionContext?: SessionContext };
      const kernel = sessionContext?.session?.kernel;
      return kernel ? [kernel] : [];
    });
  }

  private readonly _note = ({ id, status }: Kernel): void => {
    if (status !== 'busy') this._busySince.delete(id);
    else if (!this._busySince.has(id)) this._busySince.set(id, now());
  };

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
  private readonly _watched = new WeakSet<Kernel>();
  /** Since when kernels that are shown are busy, by their IDs; of `now()`. */
  private readonly _busySince = new Map<string, number>();
}
