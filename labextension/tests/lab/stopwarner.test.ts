import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../support.ts';
import { HOUR, MINUTE, newLab, Tab } from './lab.ts';

const lab = newLab();

test('it warns at 30 and 10 minutes and shows a dialog at 2', async () => {
  lab.server.stopIn(60);
  const tab = new Tab(lab);
  await lab.clock.pass(59 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'toast 10', 'no toast 10', 'dialog 2']);
});

test('it requests a reading before it warns: a stop that was moved away is not warned of', async () => {
  lab.server.stopIn(31);
  lab.server.change = { next_read_in_ms: HOUR };
  const tab = new Tab(lab);
  await lab.clock.pass(0);
  lab.server.stopIn(600);
  await lab.clock.pass(2 * MINUTE);
  assert.equal(lab.server.freshRequests, 1);
  assert.deepEqual(tab.seen, []);
});

test('a stop that is moved away takes its warning back', async () => {
  lab.server.stopIn(30);
  const tab = new Tab(lab);
  await lab.clock.pass(MINUTE);
  lab.server.stopIn(600);
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30']);
});

test('a stop that is moved nearer is the same stop, warned of at its next threshold', async () => {
  lab.server.stopIn(30);
  const tab = new Tab(lab);
  await lab.clock.pass(MINUTE);
  lab.server.stopIn(15);
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
  await lab.clock.pass(4 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'toast 10']);
});

test('one that was due while the machine slept is shown at once', async () => {
  lab.server.stopIn(4 * 60);
  const tab = new Tab(lab);
  await lab.clock.pass(MINUTE);
  lab.clock.sleep(3 * HOUR + 54 * MINUTE);
  tab.wake();
  await lab.clock.pass(0);
  assert.deepEqual(tab.seen, ['toast 5']);
});

test('each warning is shown once over two tabs', async () => {
  lab.server.stopIn(60);
  const tabs = [new Tab(lab), new Tab(lab)];
  await lab.clock.pass(59 * MINUTE);
  const seen = tabs.flatMap(tab => tab.seen.filter(text => !text.startsWith('no')));
  assert.deepEqual(seen.sort(), ['dialog 2', 'toast 10', 'toast 30']);
});

test('a tab that is opened again does not repeat what was shown', async () => {
  lab.server.stopIn(29);
  const tab = new Tab(lab);
  await lab.clock.pass(0);
  assert.deepEqual(tab.seen, ['toast 29']);
  tab.hidden = true;
  const again = new Tab(lab);
  await lab.clock.pass(5 * MINUTE);
  assert.deepEqual(again.seen, []);
});

test('a warning is shown by what is known where the server does not respond', async () => {
  lab.server.stopIn(31);
  const tab = new Tab(lab);
  await lab.clock.pass(0);
  lab.server.down = true;
  await lab.clock.pass(3 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
});

test('a reminder comes five minutes after it was set, in its own tab', async () => {
  lab.server.stopIn(29);
  // Nothing else makes it look again.
  lab.server.change = { next_read_in_ms: HOUR };
  const tab = new Tab(lab);
  await lab.clock.pass(0);
  await lab.clock.pass(3 * MINUTE);
  const stop = tab.current();
  assert.ok(stop);
  tab.actions.remind(stop, tab.current)[0]?.run();
  await lab.clock.pass(6 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 29', 'no toast 29', 'toast 21']);
});

test('a reminder that was set late comes before the stop', async () => {
  lab.server.stopIn(9);
  const tab = new Tab(lab);
  await lab.clock.pass(0);
  const stop = tab.current();
  assert.ok(stop);
  const [action] = tab.actions.remind(stop, tab.current);
  await lab.clock.pass(7.2 * MINUTE);
  action?.run();
  await lab.clock.pass(1.5 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 9', 'no toast 9', 'dialog 2', 'no dialog 2', 'dialog 1']);
  await lab.clock.pass(MINUTE);
  // Nor after it.
  action?.run();
  await lab.clock.pass(MINUTE);
  assert.equal(tab.seen.filter(text => text.startsWith('dialog')).length, 2);
});

test('five minutes before a stop there is nothing to be reminded of', async () => {
  lab.server.stopIn(5);
  const tab = new Tab(lab);
  await lab.clock.pass(1000);
  const stop = tab.current();
  assert.ok(stop);
  assert.deepEqual(tab.actions.remind(stop, tab.current), []);
});

test('a dialog that was closed with files unsaved is shown once more', async () => {
  lab.server.stopIn(2);
  const tab = new Tab(lab);
  tab.closes = true;
  await lab.clock.pass(10_000);
  const stop = tab.current();
  assert.ok(stop);
  tab.actions.remindLast(stop);
  await lab.clock.pass(60_000);
  assert.deepEqual(tab.seen, ['dialog 2', 'dialog 1']);
  tab.actions.remindLast({ ...stop, left: 40_000 });
  await lab.clock.pass(50_000);
  assert.deepEqual(tab.seen, ['dialog 2', 'dialog 1']);
});

test('the last reminder does not come when all was saved meanwhile', async () => {
  lab.server.stopIn(2);
  const tab = new Tab(lab);
  tab.closes = true;
  await lab.clock.pass(10_000);
  const stop = tab.current();
  assert.ok(stop);
  tab.actions.remindLast(stop);
  tab.unsaved = false;
  await lab.clock.pass(100_000);
  assert.deepEqual(tab.seen, ['dialog 2']);
});

test('switched off, a warning that is there goes', async () => {
  lab.server.stopIn(20);
  const change = { stopWarnings: true };
  const tab = new Tab(lab, change);
  await lab.clock.pass(0);
  change.stopWarnings = false;
  tab.warner.look();
  await settle();
  assert.deepEqual(tab.seen, ['toast 20', 'no toast 20']);
});

test('a full storage does not make a tab repeat itself', async () => {
  lab.server.stopIn(29);
  const tab = new Tab(lab);
  lab.browser.full = true;
  await lab.clock.pass(15 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 29']);
});

test('a full storage that had something in it does not either', async () => {
  lab.server.stopIn(40);
  const tab = new Tab(lab, { toastMinutes: [35, 30] });
  await lab.clock.pass(6 * MINUTE);
  lab.browser.full = true;
  await lab.clock.pass(25 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 35', 'no toast 35', 'toast 30']);
});

test('in quiet hours there is no toast, but the dialog', async () => {
  lab.server.stopIn(30);
  const tab = new Tab(lab, { quietFrom: '00:00', quietTo: '23:59' });
  await lab.clock.pass(29 * MINUTE);
  assert.deepEqual(tab.seen, ['dialog 2']);
});

test('switched off, it shows nothing', async () => {
  lab.server.stopIn(30);
  const tab = new Tab(lab, { stopWarnings: false });
  await lab.clock.pass(30 * MINUTE);
  assert.deepEqual(tab.seen, []);
});

test('a stop in 40 days is warned of in time', async () => {
  lab.server.stopIn(40 * 24 * 60);
  lab.server.change = { next_read_in_ms: 24 * HOUR };
  const tab = new Tab(lab);
  await lab.clock.pass(40 * 24 * HOUR - 29 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
});
