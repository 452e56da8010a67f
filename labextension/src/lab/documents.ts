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
  readonly kernelChanged: { connect(slot: () => void): boolean };
}

/** The part of a kernel's connection that is used here. */
interface Kernel {
  readonly id: string;
  readonly status: string;
  /** Requested when the page connects; comes once the kernel runs nothing. */
  readonly info: Promise<unknown>;
  readonly statusChanged: { connect(slot: (kernel: Kernel) => void): boolean };
  readonly iopubMessage: { connect(slot: (kernel: Kernel, message: Message) => void): boolean };
}

/** The part of a kernel's message that is used here. */
interface Message {
  readonly header: { readonly msg_type: string };
  readonly parent_header: { readonly msg_type?: string };
  readonly content: { readonly execution_state?: string };
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
  /** Those whose saves take long: it is not known yet whether they succeed. */
  readonly pending: readonly string[];
}

const AT_RISK = 'jupyter-dsw/v1/at-risk';

/** States of a kernel that has ended, or begins anew. */
const ENDED: ReadonlySet<string> = new Set(['restarting', 'autorestarting', 'terminating', 'dead']);

/** Longer than a save takes; longer ones are reported as pending, and once more at their end. */
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

  /** Notes since when the kernels that are shown are busy; called when another one may be shown. */
  readonly watchKernels = (): void => {
    for (const context of this._sessionContexts()) {
      if (this._watched.has(context)) continue;
      this._watched.add(context);
      context.kernelChanged.connect(this.watchKernels);
    }
    for (const kernel of this._shownKernels()) {
      if (this._watched.has(kernel)) continue;
      this._watched.add(kernel);
      kernel.statusChanged.connect(this._note);
      kernel.iopubMessage.connect(this._heed);
      this._setRunning(kernel, true);
      const ready = () => {
        this._setRunning(kernel, false);
      };
      kernel.info.then(ready, ready);
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

  /** Saves all that is not saved, and reports which of it was; twice where that takes long. */
  async *saveAll(): AsyncGenerator<SaveResult, void> {
    const contexts = this._dirty();
    const pending = new Set(contexts);
    const save = async (context: Context) => {
      // JupyterLab reports itself why a file could not be saved.
      await context.save().catch(() => undefined);
      pending.delete(context);
    };
    const names = (chosen: (context: Context) => boolean) =>
      contexts.filter(chosen).map(({ path }) => nameOf(path));
    const result = () => ({
      saved: names(context => !context.model.dirty),
      failed: names(context => context.model.dirty && !pending.has(context)),
      pending: names(context => context.model.dirty && pending.has(context)),
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    const all = Promise.all(contexts.map(save));
    await Promise.race([all, late]);
    clearTimeout(timer);
    if (pending.size) {
      yield result();
      await all;
    }
    yield result();
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
    const shown = this._shownKernels().map(kernel => [kernel.id, this._stateOf(kernel)] as const);
    const states = new Map([...known, ...shown]);
    return new Set([...states].filter(([, state]) => state === 'busy').map(([id]) => id));
  }

  private _sessionContexts(): SessionContext[] {
    return this._reduce(this._shell.widgets('main'), widget => {
      const { sessionContext } = widget as { readonly sessionContext?: SessionContext };
      return sessionContext ? [sessionContext] : [];
    });
  }

  private _shownKernels(): Kernel[] {
    return this._sessionContexts().flatMap(({ session }) => session?.kernel ?? []);
  }

  /**
   * While a cell runs, a kernel responds to the comms of widgets in a subshell, and JupyterLab takes
   * it for idle after each of them (@jupyterlab/services 7.6).
   */
  private _stateOf({ id, status }: Kernel): string {
    return this._running.has(id) ? 'busy' : status;
  }

  /** Follows the cells that a kernel runs. */
  private readonly _heed = (kernel: Kernel, { header, parent_header, content }: Message): void => {
    if (header.msg_type !== 'status' || parent_header.msg_type !== 'execute_request') return;
    this._setRunning(kernel, content.execution_state === 'busy');
  };

  private _setRunning(kernel: Kernel, running: boolean): void {
    if (running) this._running.add(kernel.id);
    else this._running.delete(kernel.id);
    this._note(kernel);
  }

  private readonly _note = (kernel: Kernel): void => {
    const { id, status } = kernel;
    // A kernel that was restarted or has ended runs nothing of before.
    if (ENDED.has(status)) this._running.delete(id);
    if (this._stateOf(kernel) !== 'busy') this._busySince.delete(id);
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
  private readonly _watched = new WeakSet<SessionContext | Kernel>();
  /** IDs of the kernels that run a cell, or were busy when the page connected. */
  private readonly _running = new Set<string>();
  /** Since when kernels that are shown are busy, by their IDs; of `now()`. */
  private readonly _busySince = new Map<string, number>();
}
