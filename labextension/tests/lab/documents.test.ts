import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Documents } from '../../src/lab/documents.ts';

type Slot = (kernel: FakeKernel, message?: object) => unknown;

/** A kernel's connection, as far as the list of busy kernels looks at it. */
class FakeKernel {
  readonly id = 'k';
  readonly clientId = 'this page';
  becomeReady: () => void = () => undefined;
  readonly info = new Promise<void>(resolve => {
    this.becomeReady = resolve;
  });
  readonly #slots: Record<string, Slot[]> = { status: [], iopub: [], disposed: [] };
  readonly statusChanged = this.#signal('status');
  readonly iopubMessage = this.#signal('iopub');
  readonly disposed = this.#signal('disposed');

  constructor(public status: string) {}

  /** A change of the status, as JupyterLab reports it. */
  become(status: string): void {
    this.status = status;
    this.#emit('status');
  }

  /** A message about the state of the kernel, while it works on a request. */
  report(state: string, request: string, session = this.clientId): void {
    this.#emit('iopub', {
      header: { msg_type: 'status' },
      parent_header: { msg_type: request, session },
      content: { execution_state: state },
    });
    this.become(state);
  }

  dispose(): void {
    this.#emit('disposed');
  }

  #signal(name: string) {
    return { connect: (slot: Slot) => Boolean(this.#slots[name]?.push(slot)) };
  }

  #emit(name: string, message?: object): void {
    for (const slot of this.#slots[name] ?? []) slot(this, message);
  }
}

/** The documents of a window with one notebook, and whether its kernel is listed as busy. */
function windowWith(kernel: FakeKernel) {
  const session = { name: '', path: 'work/train.ipynb', kernel };
  const sessionContext = { session, kernelChanged: { connect: () => true } };
  const documents = new Documents({
    shell: { widgets: () => [{ sessionContext }].values() },
    serviceManager: { sessions: { running: () => [session].values() } },
  } as unknown as ConstructorParameters<typeof Documents>[0]);
  return () => documents.busy().map(({ name }) => name);
}

const BUSY = ['train.ipynb'];

test('a kernel is busy while it runs a cell, whatever it responds to meanwhile', () => {
  const kernel = new FakeKernel('idle');
  const busy = windowWith(kernel);
  assert.deepEqual(busy(), []);
  kernel.report('busy', 'execute_request', 'another page');
  kernel.report('idle', 'comm_open');
  kernel.report('idle', 'kernel_info_request', 'another page');
  assert.deepEqual(busy(), BUSY);
  kernel.report('idle', 'execute_request', 'another page');
  assert.deepEqual(busy(), []);
});

test('after a reload a kernel is busy until it sends its info', async () => {
  const kernel = new FakeKernel('unknown');
  const busy = windowWith(kernel);
  assert.deepEqual(busy(), BUSY);
  kernel.become('idle');
  kernel.becomeReady();
  await kernel.info;
  assert.deepEqual(busy(), []);
});

test('a cell whose end was lost with the connection is over once the kernel sends its info again', () => {
  const kernel = new FakeKernel('idle');
  const busy = windowWith(kernel);
  assert.deepEqual(busy(), []);
  kernel.report('busy', 'execute_request');
  kernel.become('unknown');
  assert.deepEqual(busy(), BUSY);
  kernel.report('busy', 'kernel_info_request');
  kernel.report('idle', 'kernel_info_request');
  assert.deepEqual(busy(), []);
});

test('a kernel that another page restarts, or that ends, runs nothing', () => {
  for (const status of ['starting', 'restarting', 'dead']) {
    const kernel = new FakeKernel('idle');
    const busy = windowWith(kernel);
    assert.deepEqual(busy(), []);
    kernel.report('busy', 'execute_request');
    assert.deepEqual(busy(), BUSY);
    kernel.become(status);
    assert.deepEqual(busy(), [], status);
  }
});

test('a connection that is closed leaves no busy kernel behind', () => {
  const kernel = new FakeKernel('unknown');
  const busy = windowWith(kernel);
  assert.deepEqual(busy(), BUSY);
  kernel.dispose();
  assert.deepEqual(busy(), []);
});
