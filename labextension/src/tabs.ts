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

/** Runs a task while no other tab runs one of that name; at once where the browser has no locks. */
export async function lock<T>(name: string, task: () => Promise<T>): Promise<T> {
  // Missing on plain http, unless from this machine. Then two tabs may ask at the same moment.
  const locks = (navigator as { locks?: LockManager }).locks;
  return await (locks ? locks.request(name, task) : task());
}

/** The tabs of this browser; `name` tells servers of one host apart. */
export function browserTabs(name: string): Tabs {
  const channel = new BroadcastChannel(name);
  return {
    alone: task =>
      new Promise((resolve, reject) => {
        void lock(name, async () => {
          await task().then(resolve, reject);
          await new Promise(done => setTimeout(done, SETTLE_MS));
        });
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
