import { isAnswer, type Answer } from '../rest.ts';
import type { Source } from '../source.ts';
import { Poller } from './poller.ts';

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
export function kernelSource(model: Model): Source {
  let settle: ((answer: Answer) => void) | null = null;
  const ask = (fresh: boolean) =>
    new Promise<Answer>((resolve, reject) => {
      settle = resolve;
      setTimeout(reject, KERNEL_TIMEOUT_MS);
      model.send({ type: 'read', fresh });
    });
  const poller = new Poller({ ask, failed: 'kernel', longestBackOff: LONGEST_BACK_OFF_MS });
  // Not the trait: what is in a trait is saved with the notebook, so it holds only a part.
  model.on('msg:custom', answer => {
    if (!isAnswer(answer)) return;
    settle?.(answer);
    // The kernel may be late, or send one that nobody requested: it counts all the same.
    if (!poller.state.asking) poller.accept(answer);
  });
  return poller;
}
