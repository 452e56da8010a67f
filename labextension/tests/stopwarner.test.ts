import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandRegistry } from '@lumino/commands';
import { nextStop } from '../src/countdown.ts';
import type { Ledger } from '../src/ledger.ts';
import type { Preferences } from '../src/preferences.ts';
import { StopWarner } from '../src/stopwarner.ts';
import { stopActions } from '../src/stopactions.ts';
import type { Poller } from '../src/panel/sources/poller.ts';
import { HOUR, MINUTE, newLab, newStore, ENGLISH, preferencesWith, wake } from './lab.ts';

const lab = newLab();
const NO_COMMANDS = { hasCommand: () => false } as Partial<CommandRegistry> as CommandRegistry;

/** A tab, and what a person saw in it. */
class Tab {
  readonly seen: string[] = [];
  readonly updated: number[] = [];
  hidden = false;
  readonly store: Poller;
  readonly ledger: Ledger;
  readonly warner: StopWarner;

  constructor(readonly change: Partial<Preferences> = {}) {
    this.store = newStore(lab, () => this.hidden);
    this.ledger = lab.browser.ledger();
    this.warner = new StopWarner({
      store: this.store,
      ledger: this.ledger,
      preferences: () => preferencesWith(this.change)(),
      visible: () => !this.hidden,
      present: (form, stop) => {
        const words = `${form} ${String(Math.round(stop.left / MINUTE))}`;
        this.seen.push(words);
        return {
          withdraw: () => void this.seen.push(`no ${words}`),
          update: ({ left }) => void this.updated.push(Math.round(left / MINUTE)),
        };
      },
    });
  }

  /** The machine, or the tab, is looked at again. */
  wake(): void {
    wake(this.store);
    this.warner.look();
  }
}

test('it warns at 30 and 10 minutes and asks with a dialog at 2', async () => {
  lab.server.stopIn(60);
  const tab = new Tab();
  await lab.clock.pass(59 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'toast 10', 'no toast 10', 'dialog 2']);
});

test('it asks again before it warns: a stop that was moved away is not warned of', async () => {
  lab.server.stopIn(31);
  lab.server.change = { next_read_in_ms: HOUR };
  const tab = new Tab();
  await lab.clock.pass(0);
  lab.server.stopIn(600);
  await lab.clock.pass(2 * MINUTE);
  assert.equal(lab.server.askedFresh, 1);
  assert.deepEqual(tab.seen, []);
});

test('a stop that is moved away takes its warning back', async () => {
  lab.server.stopIn(30);
  const tab = new Tab();
  await lab.clock.pass(MINUTE);
  lab.server.stopIn(600);
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30']);
});

test('a stop that is moved nearer is warned of again', async () => {
  lab.server.stopIn(30);
  const tab = new Tab();
  await lab.clock.pass(MINUTE);
  lab.server.stopIn(15);
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'toast 15']);
});

test('one that was due while the machine slept is shown at once', async () => {
  lab.server.stopIn(4 * 60);
  const tab = new Tab();
  await lab.clock.pass(MINUTE);
  lab.clock.sleep(3 * HOUR + 54 * MINUTE);
  tab.wake();
  await lab.clock.pass(0);
  assert.deepEqual(tab.seen, ['toast 5']);
});

test('each warning is shown once over two tabs', async () => {
  lab.server.stopIn(60);
  const tabs = [new Tab(), new Tab()];
  await lab.clock.pass(59 * MINUTE);
  const seen = tabs.flatMap(tab => tab.seen.filter(words => !words.startsWith('no')));
  assert.deepEqual(seen.sort(), ['dialog 2', 'toast 10', 'toast 30']);
});

test('a page that is opened again does not repeat what was shown', async () => {
  lab.server.stopIn(29);
  const tab = new Tab();
  await lab.clock.pass(0);
  assert.deepEqual(tab.seen, ['toast 29']);
  tab.hidden = true;
  const again = new Tab();
  await lab.clock.pass(5 * MINUTE);
  assert.deepEqual(again.seen, []);
});

test('a hidden tab shows nothing, and what was due once it is seen', async () => {
  lab.server.stopIn(60);
  const tab = new Tab();
  await lab.clock.pass(0);
  tab.hidden = true;
  await lab.clock.pass(51 * MINUTE);
  assert.deepEqual(tab.seen, []);
  tab.hidden = false;
  tab.wake();
  await lab.clock.pass(0);
  assert.deepEqual(tab.seen, ['toast 9']);
});

test('a warning is shown by what is known where the server does not answer', async () => {
  lab.server.stopIn(31);
  const tab = new Tab();
  await lab.clock.pass(0);
  lab.server.down = true;
  await lab.clock.pass(3 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
});

test('a reminder comes five minutes after it was asked for', async () => {
  lab.server.stopIn(29);
  const tab = new Tab();
  await lab.clock.pass(0);
  const stop = nextStop(tab.store.state.reading);
  assert.ok(stop);
  const actions = stopActions(stop, tab.store, NO_COMMANDS, tab.ledger, ENGLISH);
  await lab.clock.pass(3 * MINUTE);
  actions.find(({ label }) => label.startsWith('Remind'))?.run();
  await lab.clock.pass(6 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 29', 'no toast 29', 'toast 21']);
});

test('what a warning says of the time left is brought up to date', async () => {
  lab.server.stopIn(30);
  const tab = new Tab();
  await lab.clock.pass(19 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
  assert.equal(tab.updated.length, 3);
});

test('switched off, a warning that is there goes', async () => {
  lab.server.stopIn(20);
  const change = { stopWarnings: true };
  const tab = new Tab(change);
  await lab.clock.pass(0);
  change.stopWarnings = false;
  tab.warner.look();
  assert.deepEqual(tab.seen, ['toast 20', 'no toast 20']);
});

test('a full storage does not make a tab repeat itself', async () => {
  lab.server.stopIn(29);
  const tab = new Tab();
  lab.browser.full = true;
  await lab.clock.pass(15 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 29']);
});

test('a full storage that had something in it does not either', async () => {
  lab.server.stopIn(40);
  const tab = new Tab({ toastMinutes: [35, 30] });
  await lab.clock.pass(6 * MINUTE);
  lab.browser.full = true;
  await lab.clock.pass(25 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 35', 'no toast 35', 'toast 30']);
});

test('quiet hours hold toasts back, not the dialog', async () => {
  lab.server.stopIn(30);
  const tab = new Tab({ quietFrom: '00:00', quietTo: '23:59' });
  await lab.clock.pass(29 * MINUTE);
  assert.deepEqual(tab.seen, ['dialog 2']);
});

test('switched off, it says nothing', async () => {
  lab.server.stopIn(30);
  const tab = new Tab({ stopWarnings: false });
  await lab.clock.pass(30 * MINUTE);
  assert.deepEqual(tab.seen, []);
});

test('a stop in 40 days is warned of in time', async () => {
  lab.server.stopIn(40 * 24 * 60);
  lab.server.change = { next_read_in_ms: 24 * HOUR };
  const tab = new Tab();
  await lab.clock.pass(40 * 24 * HOUR - 29 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
});
