import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../support.ts';
import { HOUR, MINUTE, newLab, Tab } from './lab.ts';
import { nextStop } from '../../src/lab/stops.ts';
import { type Outcome, Poller } from '../../src/panel/index.ts';

const lab = newLab();

test('one stop is announced once, however late its responses are', async () => {
  lab.server.stopIn(29);
  const tab = new Tab(lab);
  for (let reading = 0; reading < 8; reading++) {
    // The remainder is as old as the response is late; the due time never moves.
    const late = reading % 3 ? 0 : 8000;
    const stops = lab.server.reading().stops.map(stop => ({
      ...stop,
      remaining_ms: stop.remaining_ms === null ? null : stop.remaining_ms + late,
    }));
    lab.server.change = { stops, next_read_in_ms: 20_000 };
    tab.store.refresh();
    await lab.clock.pass(20_000);
  }
  assert.deepEqual(tab.seen, ['toast 29']);
});

test('idle minutes that are refreshed every five minutes only are one stop', async () => {
  const tab = new Tab(lab);
  for (const minutes of [30, 35, 40]) {
    lab.server.idle = { minutes, limit: 60 };
    await lab.clock.pass(5 * MINUTE);
  }
  assert.deepEqual(tab.seen, ['idle toast 30']);
});

test('an idle limit of 30 minutes does not warn at the first idle minute', async () => {
  const tab = new Tab(lab);
  await tab.idleFrom(1, 30, 19);
  assert.deepEqual(tab.seen, []);
  await tab.idleFrom(19, 30, 22);
  assert.deepEqual(tab.seen, ['idle toast 10']);
});

test('an idle stop that comes and goes is not announced all day', async () => {
  const tab = new Tab(lab);
  for (let hour = 0; hour < 8; hour++) {
    for (let spell = 0; spell < 10; spell++) {
      await tab.idleFrom(1, 31, 4);
      lab.server.idle = null;
      await lab.clock.pass(3 * MINUTE);
    }
  }
  assert.deepEqual(tab.seen, ['idle toast 30', 'no idle toast 30']);
});

test('an idle stop that was really put off is announced again', async () => {
  const tab = new Tab(lab);
  await tab.idleFrom(28, 60, 35);
  lab.server.idle = null;
  await lab.clock.pass(2 * MINUTE);
  await tab.idleFrom(1, 60, 35);
  assert.deepEqual(tab.seen, ['idle toast 30', 'no idle toast 30', 'idle toast 30']);
});

test('the warning of a scheduled stop stays while an idle one is nearer', async () => {
  lab.server.stopIn(30);
  const tab = new Tab(lab);
  await lab.clock.pass(11 * MINUTE);
  await tab.idleFrom(52, 60, 55);
  lab.server.idle = null;
  await lab.clock.pass(3 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'idle toast 8', 'no idle toast 8']);
  await lab.clock.pass(4 * MINUTE);
  assert.equal(tab.seen.at(-1), 'toast 10');
});

test('a warning that went though its stop is ahead is shown again, unless a person closed it', async () => {
  for (const closes of [false, true]) {
    lab.browser.storage.clear();
    lab.server.stopIn(25);
    const tab = new Tab(lab);
    tab.closes = closes;
    await lab.clock.pass(MINUTE);
    const { due } = lab.server;
    lab.server.due = null;
    await lab.clock.pass(2 * MINUTE);
    lab.server.due = due;
    await lab.clock.pass(2 * MINUTE);
    const again = ['toast 25', 'no toast 25', 'toast 22'];
    assert.deepEqual(tab.seen, closes ? ['toast 25'] : again);
    tab.hidden = true;
  }
});

test('a warning that could not be shown is not written down as shown', async () => {
  lab.server.stopIn(29);
  const tab = new Tab(lab);
  tab.fails = true;
  const { error } = console;
  console.error = () => undefined;
  await lab.clock.pass(2 * MINUTE);
  console.error = error;
  tab.fails = false;
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 27']);
});

test('while a warning cannot be shown, news does not make it try at once', async () => {
  lab.server.stopIn(29);
  const tab = new Tab(lab);
  tab.fails = true;
  const { error } = console;
  console.error = () => undefined;
  // Two seconds of what another tab's readings cause.
  for (let reading = 0; reading < 40; reading++) {
    tab.store.accept({ ...lab.server.reading(), age_ms: 20_000 });
    await lab.clock.pass(50);
  }
  assert.equal(tab.tries, 1);
  // It tries again by itself.
  lab.server.change = { next_read_in_ms: HOUR };
  await lab.clock.pass(MINUTE);
  console.error = error;
  assert.equal(tab.tries, 3);
});

test('a warning that cannot be shown does not keep that of another stop back', async () => {
  lab.server.stopIn(9);
  lab.server.idle = { minutes: 52, limit: 60 };
  const tab = new Tab(lab);
  tab.failsFor = 'idle';
  const { error } = console;
  console.error = () => undefined;
  await lab.clock.pass(1000);
  console.error = error;
  assert.deepEqual(tab.seen, ['toast 9']);
});

test('without any storage each tab warns, once', async () => {
  lab.browser.refused = true;
  lab.server.stopIn(29);
  const tab = new Tab(lab);
  await lab.clock.pass(15 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 29']);
});

test('stored data of another shape does not end the warnings', async () => {
  for (const text of ['{', '3', 'null', '[]', '{"warnings":[{}]}', '{"stops":[{"kind":"idle"}]}']) {
    lab.browser.storage.set('shown', text);
    lab.server.stopIn(29);
    const tab = new Tab(lab);
    await lab.clock.pass(MINUTE);
    assert.deepEqual(tab.seen, ['toast 29'], text);
    tab.hidden = true;
  }
});

test('where JupyterLab shows no toasts, a dialog comes at 10 minutes', async () => {
  lab.server.stopIn(30);
  const tab = new Tab(lab);
  tab.doNotDisturb = true;
  await lab.clock.pass(21 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'dialog 10']);
});

test('a dialog gives way when the server is gone', async () => {
  lab.server.stopIn(2);
  const tab = new Tab(lab);
  await lab.clock.pass(1000);
  tab.gone = true;
  tab.warner.look();
  await settle();
  assert.deepEqual(tab.seen, ['dialog 2', 'no dialog 2']);
});

test('a warning goes two minutes after its stop was due, though no reading comes', async () => {
  lab.server.stopIn(1);
  const tab = new Tab(lab);
  await lab.clock.pass(1000);
  lab.server.down = true;
  await lab.clock.pass(10 * MINUTE);
  assert.deepEqual(tab.seen, ['dialog 1', 'no dialog 1']);
});

test('an overdue stop that is not carried out is announced no more', async () => {
  lab.server.stopIn(5);
  const tab = new Tab(lab);
  await lab.clock.pass(3 * HOUR);
  const shown = ['toast 5', 'no toast 5', 'dialog 2', 'no dialog 2'];
  assert.deepEqual(tab.seen, shown);
  assert.equal(tab.warner.current('scheduled instance '), null);
});

test('after a sleep past the stop no countdown goes on', async () => {
  lab.server.stopIn(30);
  const tab = new Tab(lab);
  await lab.clock.pass(1000);
  lab.server.down = true;
  lab.clock.sleep(8 * HOUR);
  tab.wake();
  await lab.clock.pass(MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30']);
});

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
