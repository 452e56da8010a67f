import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Ledger } from '../src/ledger.ts';
import type { Preferences } from '../src/preferences.ts';
import { StopWarner } from '../src/stopwarner.ts';
import { InstanceStore } from '../src/store.ts';
import { FakeBrowser, FakeServer, preferencesWith, wake } from './lab.ts';
import { FakeClock } from './support.ts';

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

/** A tab, and what a person saw in it. */
class Tab {
  readonly seen: string[] = [];
  hidden = false;
  readonly store: InstanceStore;
  readonly ledger: Ledger;
  readonly warner: StopWarner;

  constructor(change: Partial<Preferences> = {}) {
    const standby = () => this.hidden;
    this.store = new InstanceStore({ ask: server.ask, tabs: browser.tab(), standby });
    this.ledger = browser.ledger();
    this.warner = new StopWarner({
      store: this.store,
      ledger: this.ledger,
      preferences: preferencesWith(change),
      visible: () => !this.hidden,
      present: (form, stop) => {
        const words = `${form} ${String(Math.round(stop.left / MINUTE))}`;
        this.seen.push(words);
        return { withdraw: () => void this.seen.push(`no ${words}`) };
      },
    });
    this.store.start();
  }

  /** The machine, or the tab, is looked at again. */
  wake(): void {
    wake(this.store);
    this.warner.look();
  }
}

test('it warns at 30 and 10 minutes and asks with a dialog at 2', async () => {
  server.stopIn(60);
  const tab = new Tab();
  await clock.pass(59 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'toast 10', 'no toast 10', 'dialog 2']);
});

test('it asks again before it warns: a stop that was moved away is not warned of', async () => {
  server.stopIn(31);
  server.change = { next_read_in_ms: HOUR };
  const tab = new Tab();
  await clock.pass(0);
  server.stopIn(600);
  await clock.pass(2 * MINUTE);
  assert.equal(server.askedFresh, 1);
  assert.deepEqual(tab.seen, []);
});

test('a stop that is moved away takes its warning back', async () => {
  server.stopIn(30);
  const tab = new Tab();
  await clock.pass(MINUTE);
  server.stopIn(600);
  await clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30']);
});

test('a stop that is moved nearer is warned of again', async () => {
  server.stopIn(30);
  const tab = new Tab();
  await clock.pass(MINUTE);
  server.stopIn(15);
  await clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'toast 15']);
});

test('one that was due while the machine slept is shown at once', async () => {
  server.stopIn(4 * 60);
  const tab = new Tab();
  await clock.pass(MINUTE);
  clock.sleep(3 * HOUR + 54 * MINUTE);
  tab.wake();
  await clock.pass(0);
  assert.deepEqual(tab.seen, ['toast 5']);
});

test('each warning is shown once over two tabs', async () => {
  server.stopIn(60);
  const tabs = [new Tab(), new Tab()];
  await clock.pass(59 * MINUTE);
  const seen = tabs.flatMap(tab => tab.seen.filter(words => !words.startsWith('no')));
  assert.deepEqual(seen.sort(), ['dialog 2', 'toast 10', 'toast 30']);
});

test('a page that is opened again does not repeat what was shown', async () => {
  server.stopIn(29);
  const tab = new Tab();
  await clock.pass(0);
  assert.deepEqual(tab.seen, ['toast 29']);
  tab.hidden = true;
  const again = new Tab();
  await clock.pass(5 * MINUTE);
  assert.deepEqual(again.seen, []);
});

test('a hidden tab shows nothing, and what was due once it is seen', async () => {
  server.stopIn(60);
  const tab = new Tab();
  await clock.pass(0);
  tab.hidden = true;
  await clock.pass(51 * MINUTE);
  assert.deepEqual(tab.seen, []);
  tab.hidden = false;
  tab.wake();
  await clock.pass(0);
  assert.deepEqual(tab.seen, ['toast 9']);
});

test('a warning is shown by what is known where the server does not answer', async () => {
  server.stopIn(31);
  const tab = new Tab();
  await clock.pass(0);
  server.down = true;
  await clock.pass(3 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
});

test('a reminder comes five minutes later', async () => {
  server.stopIn(29);
  const tab = new Tab();
  await clock.pass(0);
  const due = server.due ?? 0;
  await tab.ledger.remind(
    { instance: 'dsw-730a4c1f9be2d6', kind: 'scheduled', left: 29 * MINUTE, due },
    5 * MINUTE,
  );
  tab.warner.look();
  await clock.pass(6 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 29', 'no toast 29', 'toast 24']);
});

test('quiet hours hold toasts back, not the dialog', async () => {
  server.stopIn(30);
  const tab = new Tab({ quietFrom: '00:00', quietTo: '23:59' });
  await clock.pass(29 * MINUTE);
  assert.deepEqual(tab.seen, ['dialog 2']);
});

test('switched off, it says nothing', async () => {
  server.stopIn(30);
  const tab = new Tab({ stopWarnings: false });
  await clock.pass(30 * MINUTE);
  assert.deepEqual(tab.seen, []);
});

test('a stop in 40 days is warned of in time', async () => {
  server.stopIn(40 * 24 * 60);
  server.change = { next_read_in_ms: 24 * HOUR };
  const tab = new Tab();
  await clock.pass(40 * 24 * HOUR - 29 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
});
