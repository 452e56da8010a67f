import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { browserTabs, lock } from '../../src/lab/tabs.ts';
import { type Reading, Poller } from '../../src/panel/index.ts';
import { FakeClock } from '../support.ts';
import { FakeServer, MINUTE } from './lab.ts';

/** A channel whose messages arrive after a moment. */
class Channel {
  static listeners: [Channel, (event: { data: unknown }) => void][] = [];

  postMessage(data: unknown): void {
    for (const [channel, listener] of Channel.listeners) {
      if (channel !== this)
        setTimeout(() => {
          listener({ data });
        }, 1);
    }
  }

  addEventListener(_: string, listener: (event: { data: unknown }) => void): void {
    Channel.listeners.push([this, listener]);
  }
}

let clock: FakeClock;
let server: FakeServer;

function setLocks(locks: unknown): void {
  Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
}

beforeEach(() => {
  clock = new FakeClock();
  clock.install();
  server = new FakeServer();
  Channel.listeners = [];
  Object.assign(globalThis, { BroadcastChannel: Channel });
  setLocks(undefined);
});

/** A tab whose requests take a while. */
function open(): Poller {
  const request = async (fresh: boolean): Promise<Reading> => {
    await new Promise(resolve => setTimeout(resolve, 20));
    return server.request(fresh);
  };
  const tabs = browserTabs('tabs');
  const store = new Poller({ request, onReject: 'server-gone', longestBackOff: MINUTE, tabs });
  store.watch(() => undefined);
  return store;
}

test('without locks tabs that are woken together mostly send requests one after another', async () => {
  const tabs = [open(), open()];
  await clock.pass(MINUTE / 2);
  let woken = 0;
  server.requests = 0;
  for (; woken < 50; woken++) {
    for (const tab of tabs) tab.catchUp();
    await clock.pass(5000);
  }
  // As one would: 50; at the same moment each time: 100. They meet within 20 of 400 ms at random.
  assert.ok(server.requests >= woken && server.requests < woken * 1.5, String(server.requests));
  for (const tab of tabs) assert.ok(tab.state.reading);
});

test('without locks two tabs send the requests of one, nearly', async () => {
  open();
  open();
  await clock.pass(60 * MINUTE);
  assert.ok(server.requests >= 58 && server.requests < 80, String(server.requests));
});

test('where locks are refused a task runs all the same, once', async () => {
  const rejecting = [
    () => Promise.reject(new Error('not fully active')),
    () => {
      throw new Error('access is denied');
    },
  ];
  for (const request of rejecting) {
    setLocks({ request });
    let runs = 0;
    const done = browserTabs('tabs').exclusively(() => Promise.resolve(++runs));
    await clock.pass(1000);
    assert.equal(await done, 1);
  }
});

test('a task that fails under a lock is not run again', async () => {
  setLocks({ request: (_: string, task: () => Promise<unknown>) => task() });
  let runs = 0;
  const failing = lock('one', () => {
    runs++;
    return Promise.reject(new Error('the task'));
  });
  await assert.rejects(failing, /the task/);
  assert.equal(runs, 1);
});

test('where channels are refused, each tab sends its own requests', async () => {
  const refuse = function () {
    throw new Error('access is denied');
  };
  Object.assign(globalThis, { BroadcastChannel: refuse });
  const tab = open();
  await clock.pass(5 * MINUTE);
  assert.ok(tab.state.reading);
  assert.ok(server.requests >= 4);
});

test('with locks a task runs in its turn', async () => {
  const names: string[] = [];
  setLocks({
    request: (name: string, task: () => Promise<unknown>) => {
      names.push(name);
      return task();
    },
  });
  assert.equal(await lock('one', () => Promise.resolve(7)), 7);
  assert.deepEqual(names, ['one']);
});
