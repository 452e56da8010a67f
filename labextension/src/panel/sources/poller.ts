import { now } from '../clock.ts';
import type { Answer } from '../rest.ts';
import type { Source, SourceState, Trouble } from '../source.ts';
import { backOff, delayAfter } from './policy.ts';

/** Asks once; resolves to the answer or to why there is none. */
export type Ask = (fresh: boolean) => Promise<Answer | Trouble>;

export interface Poller extends Source {
  /** Takes an answer, asked for or not, or why there is none. */
  accept(outcome: Answer | Trouble): void;
  /** Something happened that makes a failed attempt worth repeating now: the network is back. */
  readonly catchUp: () => void;
}

/**
 * Asks when something new is due, while anyone watches; one request at a time, however many panels
 * do. Watched again: asks at once if a request was due meanwhile. `broken`: why there is no answer
 * where asking itself fails.
 */
export function newPoller(ask: Ask, broken: Trouble): Poller {
  const watchers = new Set<() => void>();
  let state: SourceState = { reading: null, trouble: null, asking: false };
  let dueAt = 0;
  let failures = 0;
  let freshWanted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function change(part: Partial<SourceState>): void {
    state = { ...state, ...part };
    for (const changed of [...watchers]) changed();
  }

  function accept(outcome: Answer | Trouble): void {
    const at = now();
    const random = Math.random();
    if (typeof outcome === 'string') {
      dueAt = at + backOff(++failures, random);
      change({ asking: false, trouble: outcome });
    } else {
      failures = 0;
      dueAt = at + delayAfter(outcome, random);
      change({ asking: false, trouble: null, reading: { answer: outcome, at } });
    }
    schedule();
  }

  async function poll(): Promise<void> {
    const fresh = freshWanted;
    freshWanted = false;
    change({ asking: true });
    accept(await ask(fresh).catch(() => broken));
  }

  function schedule(): void {
    clearTimeout(timer);
    if (state.asking || !watchers.size) return;
    const wait = freshWanted ? 0 : dueAt - now();
    if (wait > 0) timer = setTimeout(() => void poll(), wait);
    else void poll();
  }

  function catchUp(): void {
    dueAt = 0;
    schedule();
  }

  return {
    get state() {
      return state;
    },
    watch(changed) {
      watchers.add(changed);
      schedule();
      return () => {
        watchers.delete(changed);
        schedule();
      };
    },
    refresh() {
      freshWanted = true;
      schedule();
    },
    // While the machine slept, the timer stood still.
    heartbeat: schedule,
    accept,
    catchUp,
  };
}
