import { isAnswer, type Answer } from '../rest.ts';
import type { Source } from '../source.ts';
import { newPoller } from './poller.ts';

/** The part of anywidget's model that is used here. */
export interface Model {
  get(name: string): unknown;
  on(event: string, callback: (message: unknown) => void): void;
  send(content: unknown): void;
}

/** A kernel that computes answers nothing until its cell is done. */
const KERNEL_TIMEOUT_MS = 30_000;

const sources = new WeakMap<Model, Source>();

function newSource(model: Model): Source {
  let settle: ((answer: Answer) => void) | null = null;
  const ask = (fresh: boolean) =>
    new Promise<Answer>((resolve, reject) => {
      settle = resolve;
      setTimeout(reject, KERNEL_TIMEOUT_MS);
      model.send({ type: 'read', fresh });
    });
  const poller = newPoller(ask, 'kernel');
  // Not the trait: what is in a trait is saved with the notebook, so it holds only a part.
  model.on('msg:custom', answer => {
    if (!isAnswer(answer)) return;
    settle?.(answer);
    // The kernel may be late or speak unasked: it counts all the same.
    if (!poller.state.asking) poller.accept(answer);
  });
  return poller;
}

/** Asks the kernel by messages; one source a model, however many views of it there are. */
export function kernelSource(model: Model): Source {
  const source = sources.get(model) ?? newSource(model);
  sources.set(model, source);
  return source;
}
