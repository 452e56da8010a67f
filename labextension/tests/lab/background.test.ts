import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { HOUR, MINUTE, newLab, stopWith, RULE, Tab } from './lab.ts';

const lab = newLab();
beforeEach(() => {
  lab.server.limit = null;
});

/** A tab that a person looked at once, and then no more. */
async function hiddenTab(change = {}): Promise<Tab> {
  const tab = new Tab(lab, change);
  await lab.clock.pass(0);
  tab.hidden = true;
  tab.wake();
  return tab;
}

test('a tab in the background verifies a stop at its thresholds, and requests nothing else', async () => {
  lab.server.stopIn(60);
  const tab = await hiddenTab();
  const { requests } = lab.server;
  await lab.clock.pass(29 * MINUTE);
  assert.equal(lab.server.requests, requests);
  await lab.clock.pass(30 * MINUTE);
  assert.equal(lab.server.requests - requests, 3);
  assert.equal(lab.server.freshRequests, 3);
  const seen = ['desktop 30', 'no desktop 30', 'desktop 10', 'no desktop 10', 'desktop 2'];
  assert.deepEqual(tab.seen, seen);
});

test('several tabs in the background send one request at each threshold, and announce it once', async () => {
  lab.server.stopIn(60);
  const tabs = [await hiddenTab(), await hiddenTab(), await hiddenTab()];
  const { requests } = lab.server;
  await lab.clock.pass(59 * MINUTE);
  assert.equal(lab.server.requests - requests, 3);
  const seen = tabs.flatMap(tab => tab.seen.filter(text => !text.startsWith('no')));
  assert.deepEqual(seen.sort(), ['desktop 10', 'desktop 2', 'desktop 30']);
});

test('a stop that was moved away is not announced in the background', async () => {
  lab.server.stopIn(60);
  const tab = await hiddenTab();
  lab.server.stopIn(600);
  await lab.clock.pass(40 * MINUTE);
  assert.deepEqual(tab.seen, []);
  assert.equal(tab.title, null);
});

test('the title counts down once the stop is announced, in all tabs, and not in one that is seen', async () => {
  lab.server.stopIn(60);
  const tabs = [await hiddenTab(), await hiddenTab()];
  await lab.clock.pass(29 * MINUTE);
  assert.deepEqual(
    tabs.map(({ title }) => title),
    [null, null],
  );
  await lab.clock.pass(3 * MINUTE);
  // As another tab's storage event does.
  for (const tab of tabs) tab.warner.look();
  await lab.clock.pass(0);
  assert.deepEqual(
    tabs.map(({ title }) => title),
    ['28', '28'],
  );
  const [tab] = tabs;
  assert.ok(tab);
  tab.hidden = false;
  tab.wake();
  assert.equal(tab.title, null);
});

test('whoever comes back finds the warning in the window, and none on the desktop', async () => {
  lab.server.stopIn(60);
  const tab = await hiddenTab();
  await lab.clock.pass(51 * MINUTE);
  tab.hidden = false;
  tab.wake();
  await lab.clock.pass(0);
  assert.deepEqual(tab.seen, [
    'desktop 30',
    'no desktop 30',
    'desktop 10',
    'no desktop 10',
    'toast 9',
  ]);
});

test('what a tab in sight shows is not announced in the background', async () => {
  lab.server.stopIn(60);
  const hidden = await hiddenTab();
  const tab = new Tab(lab);
  await lab.clock.pass(59 * MINUTE);
  assert.deepEqual(hidden.seen, []);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'toast 10', 'no toast 10', 'dialog 2']);
});

test('a tab in the background finds out that the instance has become idle', async () => {
  lab.server.limit = 60;
  const tab = await hiddenTab();
  const { requests } = lab.server;
  await lab.clock.pass(5 * MINUTE);
  // Idle from now on: the tab knows nothing of it, and looks when the stop may be 30 minutes away.
  const since = Date.now();
  const request = lab.server.request;
  for (let minute = 0; minute < 54; minute++) {
    lab.server.idle = { minutes: Math.floor((Date.now() - since) / MINUTE), limit: 60 };
    await lab.clock.pass(MINUTE);
  }
  assert.equal(lab.server.request, request);
  assert.deepEqual(tab.seen, ['idle desktop 29', 'no idle desktop 29', 'idle desktop 10']);
  // After 30 and 35 minutes, and at the threshold of 10.
  assert.ok(lab.server.requests - requests <= 4, String(lab.server.requests - requests));
});

test('while an instance is in use, a tab in the background looks twice an hour', async () => {
  lab.server.limit = 60;
  await hiddenTab();
  const { requests } = lab.server;
  await lab.clock.pass(8 * HOUR);
  assert.ok(lab.server.requests - requests <= 16, String(lab.server.requests - requests));
});

test('a limit that is hardly longer than the first threshold is looked at every 5 minutes at most', async () => {
  lab.server.limit = 31;
  await hiddenTab();
  const { requests } = lab.server;
  await lab.clock.pass(HOUR);
  assert.ok(lab.server.requests - requests <= 12, String(lab.server.requests - requests));
});

test('where warnings are switched off, a tab in the background requests nothing', async () => {
  lab.server.limit = 60;
  lab.server.stopIn(31);
  const tab = await hiddenTab({ stopWarnings: false });
  const { requests } = lab.server;
  await lab.clock.pass(2 * HOUR);
  assert.equal(lab.server.requests, requests);
  assert.deepEqual([tab.seen, tab.title], [[], null]);
});

test('in quiet hours only what would be a dialog is announced', async () => {
  lab.server.stopIn(60);
  const tab = await hiddenTab({ quietFrom: '00:00', quietTo: '23:59' });
  await lab.clock.pass(59 * MINUTE);
  assert.deepEqual(tab.seen, ['desktop 2']);
});

test('a reminder comes in the background, set in a tab that was closed since', async () => {
  lab.server.stopIn(29);
  const tab = new Tab(lab);
  await lab.clock.pass(0);
  const stop = tab.current();
  assert.ok(stop);
  tab.actions.remind(stop, tab.current)[0]?.run();
  await lab.clock.pass(1000);
  tab.hidden = true;
  const other = await hiddenTab();
  await lab.clock.pass(6 * MINUTE);
  const seen = [...tab.seen, ...other.seen].filter(text => !text.startsWith('no'));
  assert.deepEqual(seen, ['toast 29', 'desktop 24']);
});

test('an idle stop that comes and goes is not announced each time in the background', async () => {
  lab.server.limit = 31;
  const tab = await hiddenTab();
  for (let spell = 0; spell < 10; spell++) {
    await tab.idleFrom(1, 31, 7);
    lab.server.idle = null;
    await lab.clock.pass(3 * MINUTE);
  }
  const seen = tab.seen.filter(text => !text.startsWith('no'));
  assert.ok(seen.length >= 1 && seen.length <= 3, seen.join());
});

test('a workspace policy warns like any stop, at 30, 10 and 2 minutes', async () => {
  lab.server.decidedBy = 'workspace';
  const tab = new Tab(lab);
  await tab.idleFrom(25, 60, 59);
  assert.deepEqual(
    tab.seen.filter(text => !text.startsWith('no')),
    ['idle toast 30', 'idle toast 10', 'idle dialog 2'],
  );
});

test('two policies are two stops, each with warnings of its own', async () => {
  const workspace = { max_idle_minutes: 120, cpu_percent: 1 };
  lab.server.change = {
    stops: [
      stopWith({ remaining_ms: 8 * MINUTE, idle_minutes: 52 }),
      stopWith({
        decided_by: 'workspace',
        remaining_ms: 25 * MINUTE,
        rule: { ...RULE, ...workspace },
      }),
    ],
  };
  const tab = new Tab(lab);
  await lab.clock.pass(1000);
  assert.deepEqual(tab.seen, ['idle toast 8', 'idle toast 25']);
});

test('it saves by itself two minutes before a stop, once, in every tab that has something to save', async () => {
  lab.server.stopIn(10);
  const change = { saveBeforeStop: true };
  const tabs = [new Tab(lab, change), await hiddenTab(change), new Tab(lab, change), new Tab(lab)];
  const [, , clean] = tabs;
  assert.ok(clean);
  clean.unsaved = false;
  await lab.clock.pass(7.5 * MINUTE);
  assert.deepEqual(
    tabs.map(({ saves }) => saves),
    [0, 0, 0, 0],
  );
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(
    tabs.map(({ saves }) => saves),
    [1, 1, 0, 0],
  );
});
