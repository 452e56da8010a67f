import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextStop } from '../../src/lab/stops.ts';
import { elapsedSince, type Poller } from '../../src/panel/index.ts';
import { settle } from '../support.ts';
import { HOUR, MINUTE, newLab, newStore, wake } from './lab.ts';

const lab = newLab();

async function open(standby?: () => boolean): Promise<Poller> {
  const store = newStore(lab, standby);
  await lab.clock.pass(0);
  return store;
}

const left = (store: Poller) => Math.round(nextStop(store.state.reading)?.left ?? NaN);

test('it sends a request when something new is due', async () => {
  await open();
  assert.equal(lab.server.requests, 1);
  await lab.clock.pass(59_000);
  assert.equal(lab.server.requests, 1);
  await lab.clock.pass(5000);
  assert.equal(lab.server.requests, 2);
});

test('a countdown does not drift over an hour of requesting', async () => {
  lab.server.stopIn(120);
  const store = await open();
  await lab.clock.pass(HOUR);
  assert.equal(left(store), HOUR);
});

test('between responses a countdown goes by the clock, not by the number of ticks', async () => {
  lab.server.stopIn(120);
  lab.server.change = { next_read_in_ms: 2 * HOUR };
  const store = await open();
  await lab.clock.pass(90 * MINUTE);
  assert.equal(left(store), 30 * MINUTE);
});

test('a wall clock that is set back does not move a countdown', async () => {
  lab.server.stopIn(120);
  const store = await open();
  lab.clock.sleep(-5 * HOUR);
  assert.equal(left(store), 120 * MINUTE);
});

test('a countdown goes on over a sleep before there is a response', async () => {
  lab.server.stopIn(120);
  const store = await open();
  lab.server.down = true;
  lab.clock.sleep(90 * MINUTE);
  assert.equal(left(store), 30 * MINUTE);
});

test('after a sleep of three hours it sends a request at once, and knows what is left', async () => {
  lab.server.stopIn(240);
  const store = await open();
  lab.clock.sleep(3 * HOUR);
  wake(store);
  await lab.clock.pass(0);
  assert.equal(lab.server.requests, 2);
  assert.equal(left(store), HOUR);
});

test('a stop in 30 days makes no timer fire at once', async () => {
  lab.server.stopIn(30 * 24 * 60);
  lab.server.change = { next_read_in_ms: 30 * 24 * HOUR };
  await open();
  await lab.clock.pass(HOUR);
  assert.equal(lab.server.requests, 1);
});

test('failures are repeated later and later, and the last reading stays', async () => {
  const store = await open();
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(10 * MINUTE);
  assert.equal(store.state.failure, 'server-gone');
  assert.ok(store.state.reading);
  // No more than one a minute once it is away, the first few sooner.
  assert.ok(lab.server.requests > 8 && lab.server.requests < 30, String(lab.server.requests));
});

test('it is live again by itself, and sends requests as before', async () => {
  const store = await open();
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(10 * MINUTE);
  lab.server.down = false;
  await lab.clock.pass(MINUTE);
  assert.equal(store.state.failure, null);
  const requests = lab.server.requests;
  await lab.clock.pass(10 * MINUTE);
  assert.ok(lab.server.requests - requests >= 9 && lab.server.requests - requests <= 11);
});

test('a response that carries an error is shown, and requested again when it is due', async () => {
  const store = await open();
  const error = { code: 'Denied', message: '', advice: '', request_id: null, retry_in_ms: 20_000 };
  lab.server.change = { error, next_read_in_ms: 20_000 };
  await lab.clock.pass(64_000);
  assert.equal(store.state.reading?.error?.code, 'Denied');
  const { requests } = lab.server;
  await lab.clock.pass(22_000);
  assert.equal(lab.server.requests, requests + 1);
});

test('a hidden tab makes no calls, and sends a request when it is seen again', async () => {
  let hidden = false;
  const store = await open(() => hidden);
  hidden = true;
  await lab.clock.pass(HOUR);
  assert.equal(lab.server.requests, 1);
  hidden = false;
  wake(store);
  await lab.clock.pass(0);
  assert.equal(lab.server.requests, 2);
});

test('a tab that was hidden for a moment sends no request', async () => {
  const store = await open();
  await lab.clock.pass(5000);
  wake(store);
  await lab.clock.pass(0);
  assert.equal(lab.server.requests, 1);
});

test('a server without jupyter-dsw is left alone', async () => {
  const store = newStore(lab, undefined, () => {
    lab.server.requests++;
    return Promise.resolve('absent');
  });
  await lab.clock.pass(HOUR);
  assert.equal(lab.server.requests, 1);
  assert.equal(store.state.failure, 'absent');
});

/** A cell: it watches, and ticks once a second. */
function showCell(store: Poller): void {
  store.watch(() => undefined);
  const tick = () => {
    store.heartbeat();
    setTimeout(tick, 1000);
  };
  tick();
}

test('five tabs with ten cells send the requests of one over an hour, and know the same', async () => {
  lab.server.stopIn(240);
  const tabs = await Promise.all([open(), open(), open(), open(), open()]);
  for (const tab of [...tabs, ...tabs]) showCell(tab);
  const first = lab.server.requests;
  await lab.clock.pass(HOUR);
  const requests = lab.server.requests - first;
  // One tab: once a minute, and up to 3 s later each time.
  assert.ok(requests >= 57 && requests <= 60, String(requests));
  for (const tab of tabs) assert.equal(left(tab), 3 * HOUR);
});

test('what a frozen tab receives late is as old as it is', async () => {
  const [one, other] = [lab.browser.tab(), await open()];
  lab.server.stopIn(60);
  const outcome = lab.server.reading();
  const at = Date.now();
  await lab.clock.pass(20_000);
  one.send({ outcome, sent: at, received: at });
  const { reading } = other.state;
  assert.ok(reading);
  assert.equal(elapsedSince(reading), 20_000);
  assert.equal(left(other), 60 * MINUTE - 20_000);
});

test('a message that is no outcome is not taken for one', async () => {
  const store = await open();
  const before = store.state.reading;
  lab.browser
    .tab()
    .send({ outcome: { hello: 'world' } as never, sent: Date.now(), received: Date.now() });
  assert.equal(store.state.reading, before);
});

test('a refresh is a person’s, and resolves with the new reading', async () => {
  const store = await open();
  const reading = store.read();
  await lab.clock.pass(0);
  await settle();
  assert.equal(lab.server.freshRequests, 1);
  assert.equal(await reading, store.state.reading);
});

/** A store whose requests get responses when the test has it so. */
async function openSlow(): Promise<{ store: Poller; respond: () => Promise<void> }> {
  const requests: (() => void)[] = [];
  const store = newStore(lab, undefined, async fresh => {
    await new Promise<void>(resolve => requests.push(resolve));
    return lab.server.request(fresh);
  });
  await lab.clock.pass(0);
  const respond = async () => {
    requests.shift()?.();
    await lab.clock.pass(0);
  };
  return { store, respond };
}

test('a refresh is not lost while a response is on its way, and three are one', async () => {
  const { store, respond } = await openSlow();
  await respond();
  store.catchUp();
  await lab.clock.pass(0);
  for (let click = 0; click < 3; click++) {
    store.refresh();
    await lab.clock.pass(0);
  }
  await respond();
  await respond();
  await respond();
  assert.equal(lab.server.freshRequests, 1);
  assert.equal(lab.server.requests, 3);
});

test('a refresh is not lost where another tab sends something at that moment', async () => {
  const store = await open();
  store.refresh();
  lab.browser.tab().send({ outcome: lab.server.reading(), sent: Date.now(), received: Date.now() });
  await lab.clock.pass(0);
  assert.equal(lab.server.freshRequests, 1);
});

test('a tab that is opened in the background sends no request until it is seen', async () => {
  let hidden = true;
  const store = await open(() => hidden);
  await lab.clock.pass(HOUR);
  assert.equal(lab.server.requests, 0);
  hidden = false;
  wake(store);
  await lab.clock.pass(0);
  assert.equal(lab.server.requests, 1);
});

test('what is received late is requested again in time', async () => {
  const store = await open();
  const message = { outcome: lab.server.reading(), sent: Date.now(), received: Date.now() };
  await lab.clock.pass(50_000);
  lab.browser.tab().send(message);
  const { requests } = lab.server;
  await lab.clock.pass(14_000);
  assert.equal(lab.server.requests, requests + 1);
  assert.equal(store.state.failure, null);
});

test('a tab that is hidden while it waits for its turn sends no request', async () => {
  let hidden = false;
  let done = (): void => undefined;
  void lab.browser.exclusively(() => new Promise<void>(resolve => (done = resolve)));
  const store = await open(() => hidden);
  hidden = true;
  done();
  await lab.clock.pass(MINUTE);
  assert.equal(lab.server.requests, 0);
  hidden = false;
  store.catchUp();
  await lab.clock.pass(0);
  assert.equal(lab.server.requests, 1);
});

test('a refresh that brings nothing new is reported as such for 5 s', async () => {
  const store = await open();
  await lab.clock.pass(3000);
  lab.server.change = { age_ms: 3000 };
  store.refresh();
  await lab.clock.pass(0);
  assert.equal(store.state.nothingNewer, true);
  await lab.clock.pass(4000);
  store.refresh();
  await lab.clock.pass(4000);
  assert.equal(store.state.nothingNewer, true);
  await lab.clock.pass(1000);
  assert.equal(store.state.nothingNewer, false);
});

test('a request of the page itself that brings nothing new is not reported', async () => {
  const store = await open();
  await lab.clock.pass(3000);
  lab.server.change = { age_ms: 3000 };
  void store.read();
  await lab.clock.pass(0);
  assert.equal(lab.server.requests, 2);
  assert.equal(store.state.nothingNewer, false);
});

test('a refresh that brings something new ends that at once', async () => {
  const store = await open();
  await lab.clock.pass(3000);
  lab.server.change = { age_ms: 3000 };
  store.refresh();
  await lab.clock.pass(0);
  lab.server.change = { age_ms: 0 };
  store.refresh();
  await lab.clock.pass(0);
  assert.equal(store.state.nothingNewer, false);
});

test('a person who may not read the instance costs one request, and another when they refresh', async () => {
  const store = newStore(lab, undefined, () => {
    lab.server.requests++;
    return Promise.resolve('not-permitted');
  });
  await lab.clock.pass(HOUR);
  store.catchUp();
  await lab.clock.pass(HOUR);
  assert.equal(lab.server.requests, 1);
  store.refresh();
  await lab.clock.pass(HOUR);
  assert.equal(lab.server.requests, 2);
});

test('a watcher that throws stops no other, and the requests go on', async t => {
  const errors = t.mock.method(console, 'error', () => undefined);
  const store = newStore(lab);
  store.watch(() => {
    throw new Error('cannot show it');
  });
  let seen = 0;
  store.watch(() => seen++);
  await lab.clock.pass(10 * MINUTE);
  assert.ok(lab.server.requests >= 9);
  assert.ok(seen >= 9);
  assert.ok(errors.mock.callCount() > 0);
});
