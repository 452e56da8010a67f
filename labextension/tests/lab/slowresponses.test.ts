import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextStop } from '../../src/lab/stops.ts';
import { type Outcome, Poller } from '../../src/panel/index.ts';
import { MINUTE, newLab } from './lab.ts';

const lab = newLab();

const left = (store: Poller) => Math.round(nextStop(store.state.reading)?.left ?? NaN);

/** Two tabs of a browser without locks, whose requests get responses when the test has it so. */
function twoTabs() {
  const requests: ((outcome: Outcome) => void)[] = [];
  const request = () => new Promise<Outcome>(resolve => requests.push(resolve));
  const open = () => {
    const tabs = { ...lab.browser.tab(), exclusively: <T>(task: () => Promise<T>) => task() };
    const store = new Poller({ request, onReject: 'server-gone', longestBackOff: MINUTE, tabs });
    store.watch(() => undefined);
    return store;
  };
  const [one, other] = [open(), open()];
  const respond = async (place: number, outcome: Outcome) => {
    requests[place]?.(outcome);
    await lab.clock.pass(0);
  };
  return { one, other, respond };
}

test('an older response that arrives late replaces no newer one, in any tab', async () => {
  const { one, other, respond } = twoTabs();
  const older = { ...lab.server.reading(), age_ms: 50_000 };
  await lab.clock.pass(1000);
  // The second request is sent later, and is the first to get a response.
  other.refresh();
  await respond(1, lab.server.reading());
  await lab.clock.pass(5000);
  other.refresh();
  const newer = lab.server.reading();
  await respond(2, newer);
  await lab.clock.pass(5000);
  await respond(0, older);
  for (const tab of [one, other]) assert.equal(tab.state.reading?.read_at, newer.read_at);
  assert.equal(one.state.requesting, false);
});

test('a late failure does not undo a newer response', async () => {
  const { one, other, respond } = twoTabs();
  await lab.clock.pass(5000);
  await respond(1, lab.server.reading());
  other.refresh();
  await respond(2, lab.server.reading());
  await lab.clock.pass(5000);
  await respond(0, 'server-gone');
  for (const tab of [one, other]) assert.equal(tab.state.failure, null);
});

test('a refresh that is slower than another tab’s cached response is not lost', async () => {
  const { one, other, respond } = twoTabs();
  await respond(0, lab.server.reading());
  await respond(1, lab.server.reading());
  await lab.clock.pass(30_000);
  one.refresh();
  await lab.clock.pass(1000);
  other.catchUp();
  const cached = { ...lab.server.reading(), age_ms: 31_000 };
  await respond(3, cached);
  await lab.clock.pass(5000);
  const fresh = { ...lab.server.reading(), age_ms: 5500 };
  await respond(2, fresh);
  for (const tab of [one, other]) assert.equal(tab.state.reading?.read_at, fresh.read_at);
});

test('a slow response makes no stop later than it is', async () => {
  lab.server.stopIn(10);
  const reading = lab.server.reading();
  const { one, respond } = twoTabs();
  await lab.clock.pass(8000);
  await respond(0, reading);
  assert.equal(left(one), 10 * MINUTE - 8000);
});
