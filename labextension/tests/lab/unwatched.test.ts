import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Preferences } from '../../src/lab/tokens.ts';
import { HOUR, MINUTE, newLab, Tab } from './lab.ts';

const lab = newLab();
beforeEach(() => {
  lab.server.limit = null;
});

const ERROR = {
  code: 'Forbidden',
  message: '',
  advice: '',
  request_id: null,
  retry_in_ms: MINUTE,
} as const;

/** A tab that a person looked at once, and then no more. */
async function hiddenTab(change: Partial<Preferences> = {}): Promise<Tab> {
  const tab = new Tab(lab, change);
  await lab.clock.pass(0);
  tab.hidden = true;
  tab.wake();
  return tab;
}

test('a stop that was put off in its last minute is announced in the background again', async () => {
  lab.server.stopIn(60);
  const tab = await hiddenTab();
  await lab.clock.pass(59 * MINUTE);
  lab.server.stopIn(60);
  await lab.clock.pass(59 * MINUTE);
  const alerts = ['desktop 30', 'desktop 10', 'desktop 2'];
  assert.deepEqual(
    tab.seen.filter(text => !text.startsWith('no')),
    [...alerts, ...alerts],
  );
});

test('a stop that was averted in its last minute is taken off the desktop', async () => {
  lab.server.stopIn(60);
  const tab = await hiddenTab();
  const { requests } = lab.server;
  await lab.clock.pass(59 * MINUTE);
  lab.server.due = null;
  await lab.clock.pass(5 * MINUTE);
  assert.deepEqual(tab.seen.slice(-2), ['desktop 2', 'no desktop 2']);
  assert.equal(tab.title, null);
  await lab.clock.pass(8 * HOUR);
  assert.equal(lab.server.requests - requests, 4);
});

for (const [what, change] of [
  ['cannot be read for a moment', { stops: [], stop_policies: 'not_available' }],
  ['is not in a reading with an error', { stops: [], error: ERROR }],
] as const) {
  test(`a stop that ${what} is announced in the background all the same`, async () => {
    lab.server.stopIn(60);
    const tab = await hiddenTab();
    await lab.clock.pass(29 * MINUTE);
    lab.server.change = change;
    await lab.clock.pass(2 * MINUTE);
    assert.equal(tab.seen.length, 0);
    lab.server.change = {};
    await lab.clock.pass(28 * MINUTE);
    assert.deepEqual(
      tab.seen.filter(text => !text.startsWith('no')),
      ['desktop 25', 'desktop 10', 'desktop 2'],
    );
  });
}

test('once announced, an alert that was taken away with its stop is shown again', async () => {
  lab.server.stopIn(60);
  const tab = await hiddenTab();
  await lab.clock.pass(31 * MINUTE);
  lab.server.change = { stops: [] };
  await tab.store.read({ inStandby: true });
  await lab.clock.pass(0);
  assert.deepEqual(tab.seen, ['desktop 30', 'no desktop 30']);
  lab.server.change = {};
  await lab.clock.pass(6 * MINUTE);
  assert.match(tab.seen.at(-1) ?? '', /^desktop 2\d$/);
});

test('an alert of a policy that could not be read for a moment is shown again', async () => {
  lab.server.limit = 60;
  const tab = new Tab(lab);
  lab.server.idle = { minutes: 31, limit: 60 };
  tab.hidden = true;
  await lab.clock.pass(0);
  await tab.store.read({ inStandby: true });
  await lab.clock.pass(MINUTE);
  assert.deepEqual(tab.seen, ['idle desktop 29']);
  lab.server.change = { stops: [], stop_policies: 'not_available' };
  await tab.store.read({ inStandby: true });
  await lab.clock.pass(0);
  assert.deepEqual(tab.seen, ['idle desktop 29', 'no idle desktop 29']);
  lab.server.change = {};
  lab.server.idle = { minutes: 37, limit: 60 };
  await lab.clock.pass(6 * MINUTE);
  assert.match(tab.seen.at(-1) ?? '', /^idle desktop 2\d$/);
});

test('a stop that was cancelled is looked for in the background only near its time', async () => {
  lab.server.stopIn(600);
  const tab = await hiddenTab();
  lab.server.due = null;
  await tab.store.read({ inStandby: true });
  const { requests } = lab.server;
  await lab.clock.pass(9 * HOUR);
  assert.equal(lab.server.requests, requests);
  await lab.clock.pass(9 * HOUR);
  assert.ok(lab.server.requests - requests <= 7, String(lab.server.requests - requests));
});

test('where policies are never readable, a tab in the background requests nothing for that', async () => {
  lab.server.change = { stops: [], stop_policies: 'not_available' };
  await hiddenTab();
  const { requests } = lab.server;
  await lab.clock.pass(8 * HOUR);
  assert.equal(lab.server.requests, requests);
});

test('an error is read again in the background every 5 minutes at most, as the server wants', async () => {
  lab.server.change = { stops: [], error: ERROR };
  await hiddenTab();
  const { requests } = lab.server;
  await lab.clock.pass(HOUR);
  assert.ok(lab.server.requests - requests >= 11);
  assert.ok(lab.server.requests - requests <= 13, String(lab.server.requests - requests));
  lab.server.change = { stops: [], error: { ...ERROR, retry_in_ms: HOUR } };
  await lab.clock.pass(5 * MINUTE);
  const later = lab.server.requests;
  await lab.clock.pass(50 * MINUTE);
  assert.equal(lab.server.requests, later);
});

for (const change of [
  { stopWarnings: false, saveBeforeStop: true },
  { toastMinutes: [], dialogMinutes: 0, saveBeforeStop: true },
]) {
  const how = change.stopWarnings === false ? 'switched off' : 'at no minutes';
  test(`it saves in the background before an idle stop where warnings are ${how}`, async () => {
    lab.server.limit = 60;
    const tab = await hiddenTab(change);
    const since = Date.now();
    for (let minute = 0; minute < 60; minute++) {
      lab.server.idle = { minutes: Math.floor((Date.now() - since) / MINUTE), limit: 60 };
      await lab.clock.pass(MINUTE);
    }
    assert.equal(tab.saves, 1);
    assert.deepEqual(tab.seen, []);
  });
}

test('it saves again for a scheduled stop that was put off by minutes', async () => {
  lab.server.stopIn(10);
  const tab = new Tab(lab, { saveBeforeStop: true });
  await lab.clock.pass(9 * MINUTE);
  assert.equal(tab.saves, 1);
  lab.server.stopIn(5);
  await lab.clock.pass(4.5 * MINUTE);
  assert.equal(tab.saves, 2);
});
