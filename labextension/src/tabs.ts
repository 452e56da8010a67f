import type { Answer } from './panel/rest.ts';
import type { Trouble } from './panel/source.ts';

/** What came of asking the server. */
export type Outcome = Answer | Trouble;

/** An outcome on its way from one tab to the others. */
export interface Told {
  readonly outcome: Outcome;
  /** `Date.now()` of the tab that tells it: a frozen tab hears it late. */
  readonly at: number;
}

/** The tabs of one browser that show the same server. */
export interface Tabs {
  /** Runs a task while no other tab runs one. */
  alone<T>(task: () => Promise<T>): Promise<T>;
  tell(told: Told): void;
  hear(callback: (told: Told) => void): void;
}

/** How long a turn lasts beyond its task: what it told has reached the next tab by then. */
const SETTLE_MS = 50;

/** How long a tab waits at most, where there are no locks, for what woke another one too. */
const APART_MS = 400;

/**
 * Runs a task while no other tab runs one of that name. Browsers have no locks on plain http, unless
 * from this machine: there tabs that one event wakes act a random moment apart, so that all but the
 * first mostly find the thing done. Where two still meet, the server asks the endpoint once for both.
 */
export async function lock<T>(name: string, task: () => Promise<T>): Promise<T> {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (locks) return await locks.request(name, task);
  await new Promise(done => setTimeout(done, Math.random() * APART_MS));
  return task();
}

/** The tabs of this browser; `name` tells servers of one host apart. */
export function browserTabs(name: string): Tabs {
  const channel = new BroadcastChannel(name);
  return {
    alone: task =>
      new Promise((resolve, reject) => {
        lock(name, async () => {
          await task().then(resolve, reject);
          await new Promise(done => setTimeout(done, SETTLE_MS));
        }).catch(reject);
      }),
    tell: told => {
      channel.postMessage(told);
    },
    hear: callback => {
      channel.addEventListener('message', ({ data }: MessageEvent<Told>) => {
        callback(data);
      });
    },
  };
}
