import type { TabMessage, Tabs } from './panel/sources/poller.ts';

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
    tell: message => {
      channel.postMessage(message);
    },
    hear: callback => {
      channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
        callback(data);
      });
    },
  };
}
