import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { elapsedSince, nextStop } from '../src/countdown.ts';
import { InstanceStore } from '../src/store.ts';
import { FakeBrowser, FakeServer, wake } from './lab.ts';
import { FakeClock, settle } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let clock: FakeClock;
let server: FakeServer;
let browser: FakeBrowser;

beforeEach(() => {
  clock = new FakeClock();
  clock.install();
  server = new FakeServer();
  browser = new FakeBrowser();
});

async function open(standby: () => boolean = () => false): Promise<InstanceStore> {
  const store = new InstanceStore({ ask: server.ask, tabs: browser.tab(), standby });
  store.start();
  await clock.pass(0);
  return store;
}

const left = (store: InstanceStore) => Math.round(nextStop(store.state.reading)?.left ?? NaN);

test('it asks when the answer says that something new is due', async () => {
  await open();
  assert.equal(server.asked, 1);
  await clock.pass(59_000);
  assert.equal(server.asked, 1);
  await clock.pass(5000);
  assert.equal(server.asked, 2);
});

test('a countdown does not drift over an hour of asking', async () => {
  server.stopIn(120);
  const store = await open();
  await clock.pass(HOUR);
  assert.equal(left(store), HOUR);
});

test('between answers a countdown goes by the clock, not by the number of ticks', async () => {
  server.stopIn(120);
  server.change = { next_read_in_ms: 2 * HOUR };
  const store = await open();
  await clock.pass(90 * MINUTE);
  assert.equal(left(store), 30 * MINUTE);
});

test('a wall clock that is set forward or back does not move a countdown', async () => {
  server.stopIn(120);
  const store = await open();
  for (const jump of [3 * HOUR, -5 * HOUR]) {
    clock.sleep(jump);
    assert.equal(left(store), 120 * MINUTE);
  }
});

test('after a sleep of three hours it asks at once, and knows what is left', async () => {
  server.stopIn(240);
  const store = await open();
  clock.sleep(3 * HOUR);
  wake(store);
  await clock.pass(0);
  assert.equal(server.asked, 2);
  assert.equal(left(store), HOUR);
});

test('a stop in 30 days makes no timer fire at once', async () => {
  server.stopIn(30 * 24 * 60);
  server.change = { next_read_in_ms: 30 * 24 * HOUR };
  await open();
  await clock.pass(HOUR);
  assert.equal(server.asked, 1);
});

test('failures are repeated later and later, and the last reading stays', async () => {
  const store = await open();
  server.down = true;
  store.catchUp(true);
  await clock.pass(10 * MINUTE);
  assert.equal(store.state.trouble, 'offline');
  assert.ok(store.state.reading);
  // No more than one a minute once it is away, the first few sooner.
  assert.ok(server.asked > 8 && server.asked < 30, String(server.asked));
});

test('it is live again by itself, and asks as before', async () => {
  const store = await open();
  server.down = true;
  store.catchUp(true);
  await clock.pass(10 * MINUTE);
  server.down = false;
  await clock.pass(MINUTE);
  assert.equal(store.state.trouble, null);
  const asked = server.asked;
  await clock.pass(10 * MINUTE);
  assert.ok(server.asked - asked >= 9 && server.asked - asked <= 11);
});

test('an answer that carries an error is shown, and asked for again when it says', async () => {
  const store = await open();
  const error = { code: 'Denied', message: '', advice: '', request_id: null, retry_in_ms: 20_000 };
  server.change = { error, next_read_in_ms: 20_000 };
  await clock.pass(64_000);
  assert.equal(store.state.reading?.answer.error?.code, 'Denied');
  const { asked } = server;
  await clock.pass(22_000);
  assert.equal(server.asked, asked + 1);
});

test('a hidden tab makes no calls, and asks when it is seen again', async () => {
  let hidden = false;
  const store = await open(() => hidden);
  hidden = true;
  await clock.pass(HOUR);
  assert.equal(server.asked, 1);
  hidden = false;
  wake(store);
  await clock.pass(0);
  assert.equal(server.asked, 2);
});

test('a page that was hidden for a moment asks nothing', async () => {
  const store = await open();
  await clock.pass(5000);
  wake(store);
  await clock.pass(0);
  assert.equal(server.asked, 1);
});

test('a server without jupyter-dsw is left alone', async () => {
  const store = new InstanceStore({
    ask: () => {
      server.asked++;
      return Promise.resolve('absent');
    },
    tabs: browser.tab(),
    standby: () => false,
  });
  store.start();
  await clock.pass(HOUR);
  assert.equal(server.asked, 1);
  assert.equal(store.state.trouble, 'absent');
});

test('five tabs ask as one does, and know the same', async () => {
  server.stopIn(240);
  const tabs = await Promise.all([open(), open(), open(), open(), open()]);
  const first = server.asked;
  await clock.pass(HOUR);
  assert.ok(server.asked - first >= 55 && server.asked - first <= 62, String(server.asked));
  for (const tab of tabs) assert.equal(left(tab), 3 * HOUR);
});

test('what a frozen tab hears late is as old as it is', async () => {
  const [one, other] = [browser.tab(), await open()];
  server.stopIn(60);
  const answer = server.answer();
  const at = Date.now();
  await clock.pass(20_000);
  one.tell({ outcome: answer, at });
  const { reading } = other.state;
  assert.ok(reading);
  assert.equal(elapsedSince(reading), 20_000);
  assert.equal(left(other), 60 * MINUTE - 20_000);
});

test('a message that is no outcome is not taken for one', async () => {
  const store = await open();
  const before = store.state.reading;
  browser.tab().tell({ outcome: { hello: 'world' } as never, at: Date.now() });
  assert.equal(store.state.reading, before);
});

test('a refresh is a person’s, and resolves with the new reading', async () => {
  const store = await open();
  const reading = store.read();
  await clock.pass(0);
  await settle();
  assert.equal(server.askedFresh, 1);
  assert.equal(await reading, store.state.reading);
});
