import type { TabMessage, Tabs } from '../panel/index.ts';

/** How long a lock lasts after its task: its message has reached the next tab by then. */
const SETTLE_MS = 50;

/** How long a tab waits at most, where there are no locks, for what woke another one too. */
const APART_MS = 400;

/** The browser's locks; none on plain http, unless from this machine, and where they are refused. */
function browserLocks(): LockManager | null {
  try {
    return (navigator as { locks?: LockManager }).locks ?? null;
  } catch {
    return null;
  }
}

/**
 * Runs a task while no other tab runs one of that name. Without locks, tabs that one event wakes act
 * a random moment apart, so that all but the first mostly find the thing done. Where two still meet,
 * the server calls the endpoint once for both.
 */
export async function lock<T>(name: string, task: () => Promise<T>): Promise<T> {
  const turn = { begun: false };
  try {
    const locks = browserLocks();
    if (locks) {
      return await locks.request(name, () => {
        turn.begun = true;
        return task();
      });
    }
  } catch (reason) {
    // Refused, as in embedded pages without storage; or it is the task that failed.
    if (turn.begun) throw reason;
  }
  await new Promise(done => setTimeout(done, Math.random() * APART_MS));
  return task();
}

/** A channel to the other tabs; null where the browser refuses it: each tab sends its own requests then. */
function openChannel(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}

/** The tabs of this browser; `name` is another one for each server of a host. */
export function browserTabs(name: string): Tabs {
  const channel = openChannel(name);
  return {
    exclusively: task =>
      new Promise((resolve, reject) => {
        lock(name, async () => {
          await task().then(resolve, reject);
          await new Promise(done => setTimeout(done, SETTLE_MS));
        }).catch(reject);
      }),
    send: message => {
      try {
        channel?.postMessage(message);
      } catch {
        // The channel is closed: the others send their own requests.
      }
    },
    onMessage: callback => {
      channel?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
        callback(data);
      });
    },
  };
}
