import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandRegistry } from '@lumino/commands';
import type { Stop } from '../src/countdown.ts';
import type { Preferences } from '../src/preferences.ts';
import type { ShownLog } from '../src/shownlog.ts';
import { StopActions } from '../src/stopactions.ts';
import { StopWarner } from '../src/stopwarner.ts';
import type { Poller } from '../src/panel/sources/poller.ts';
import { ENGLISH, HOUR, MINUTE, newLab, newStore, preferencesWith, wake } from './lab.ts';
import { settle } from './support.ts';

const lab = newLab();
const NO_COMMANDS = { isEnabled: () => false } as Partial<CommandRegistry> as CommandRegistry;

/** A tab, and what a person saw in it. */
class Tab {
  readonly seen: string[] = [];
  hidden = false;
  doNotDisturb = false;
  gone = false;
  unsaved = true;
  /** Whether the person closes each warning at once. */
  closes = false;
  /** What happens when a warning is to be shown. */
  fails = false;
  current: () => Stop | null = () => null;
  readonly store: Poller;
  readonly log: ShownLog;
  readonly warner: StopWarner;
  readonly actions: StopActions;

  constructor(readonly change: Partial<Preferences> = {}) {
    this.store = newStore(lab, () => this.hidden);
    this.log = lab.browser.shownLog();
    this.warner = new StopWarner({
      store: this.store,
      log: this.log,
      preferences: () => preferencesWith(this.change)(),
      visible: () => !this.hidden,
      doNotDisturb: () => this.doNotDisturb,
      gone: () => this.gone,
      unsaved: () => this.unsaved,
      present: (form, stop, current) => {
        if (this.fails) throw new Error('no notifications');
        const kind = stop.kind === 'idle' ? 'idle ' : '';
        const words = `${kind}${form} ${String(Math.round(stop.left / MINUTE))}`;
        this.seen.push(words);
        this.current = current;
        return {
          withdraw: () => {
            if (!this.closes) this.seen.push(`no ${words}`);
            return !this.closes;
          },
        };
      },
    });
    this.actions = new StopActions(NO_COMMANDS, this.log, ENGLISH, () => {
      this.warner.look();
    });
  }

  /** The machine, or the tab, is looked at again. */
  wake(): void {
    wake(this.store);
    this.warner.look();
  }

  /** The instance is idle for one minute more, each minute. */
  async idleFrom(minutes: number, limit: number, until: number): Promise<void> {
    for (let idle = minutes; idle < until; idle++) {
      lab.server.idle = { minutes: idle, limit };
      await lab.clock.pass(MINUTE);
    }
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

test('a stop that is moved nearer is the same stop, warned of at its next threshold', async () => {
  lab.server.stopIn(30);
  const tab = new Tab();
  await lab.clock.pass(MINUTE);
  lab.server.stopIn(15);
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30']);
  await lab.clock.pass(4 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'toast 10']);
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

test('a reminder comes five minutes after it was asked for, in its own tab', async () => {
  lab.server.stopIn(29);
  // Nothing else makes it look again.
  lab.server.change = { next_read_in_ms: HOUR };
  const tab = new Tab();
  await lab.clock.pass(0);
  await lab.clock.pass(3 * MINUTE);
  const stop = tab.current();
  assert.ok(stop);
  tab.actions.remind(stop, tab.current)[0]?.run();
  await lab.clock.pass(6 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 29', 'no toast 29', 'toast 21']);
});

test('five minutes before a stop there is nothing to be reminded of', async () => {
  lab.server.stopIn(5);
  const tab = new Tab();
  await lab.clock.pass(1000);
  const stop = tab.current();
  assert.ok(stop);
  assert.deepEqual(tab.actions.remind(stop, tab.current), []);
});

test('a dialog that was closed with files unsaved is shown once more', async () => {
  lab.server.stopIn(2);
  const tab = new Tab();
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
  const tab = new Tab();
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
  const tab = new Tab(change);
  await lab.clock.pass(0);
  change.stopWarnings = false;
  tab.warner.look();
  await settle();
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

test('one stop is announced once, however late its responses are', async () => {
  lab.server.stopIn(29);
  const tab = new Tab();
  for (let reading = 0; reading < 8; reading++) {
    // The remainder is as old as the response is late; the due time never moves.
    const late = reading % 3 ? 0 : 8000;
    const { countdowns } = lab.server.answer();
    assert.ok(countdowns);
    const remaining = (countdowns.scheduled.remaining_ms ?? 0) + late;
    const scheduled = { ...countdowns.scheduled, remaining_ms: remaining };
    lab.server.change = { countdowns: { ...countdowns, scheduled }, next_read_in_ms: 20_000 };
    tab.store.refresh();
    await lab.clock.pass(20_000);
  }
  assert.deepEqual(tab.seen, ['toast 29']);
});

test('idle minutes that are refreshed every five minutes only are one stop', async () => {
  const tab = new Tab();
  for (const minutes of [30, 35, 40]) {
    lab.server.idle = { minutes, limit: 60 };
    await lab.clock.pass(5 * MINUTE);
  }
  assert.deepEqual(tab.seen, ['idle toast 30']);
});

test('an idle limit of 30 minutes does not warn at the first idle minute', async () => {
  const tab = new Tab();
  await tab.idleFrom(1, 30, 19);
  assert.deepEqual(tab.seen, []);
  await tab.idleFrom(19, 30, 22);
  assert.deepEqual(tab.seen, ['idle toast 10']);
});

test('an idle stop that comes and goes is not announced all day', async () => {
  const tab = new Tab();
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
  const tab = new Tab();
  await tab.idleFrom(28, 60, 35);
  lab.server.idle = null;
  await lab.clock.pass(2 * MINUTE);
  await tab.idleFrom(1, 60, 35);
  assert.deepEqual(tab.seen, ['idle toast 30', 'no idle toast 30', 'idle toast 30']);
});

test('a scheduled stop keeps its warning while an idle one is nearer', async () => {
  lab.server.stopIn(30);
  const tab = new Tab();
  await lab.clock.pass(11 * MINUTE);
  await tab.idleFrom(52, 60, 55);
  lab.server.idle = null;
  await lab.clock.pass(3 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'idle toast 8', 'no idle toast 8']);
  await lab.clock.pass(4 * MINUTE);
  assert.equal(tab.seen.at(-1), 'toast 10');
});

test('a warning that went though its stop holds is shown again, unless a person closed it', async () => {
  for (const closes of [false, true]) {
    lab.browser.storage.clear();
    lab.server.stopIn(25);
    const tab = new Tab();
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
  const tab = new Tab();
  tab.fails = true;
  const { error } = console;
  console.error = () => undefined;
  await lab.clock.pass(2 * MINUTE);
  console.error = error;
  tab.fails = false;
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 27']);
});

test('without any storage each tab warns, once', async () => {
  lab.browser.refused = true;
  lab.server.stopIn(29);
  const tab = new Tab();
  await lab.clock.pass(15 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 29']);
});

test('stored data of another shape does not end the warnings', async () => {
  for (const text of ['{', '3', 'null', '[]', '{"warnings":[{}]}', '{"stops":[{"kind":"idle"}]}']) {
    lab.browser.storage.set('shown', text);
    lab.server.stopIn(29);
    const tab = new Tab();
    await lab.clock.pass(MINUTE);
    assert.deepEqual(tab.seen, ['toast 29'], text);
    tab.hidden = true;
  }
});

test('where JupyterLab shows no toasts, a dialog comes at 10 minutes', async () => {
  lab.server.stopIn(30);
  const tab = new Tab();
  tab.doNotDisturb = true;
  await lab.clock.pass(21 * MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30', 'dialog 10']);
});

test('a dialog gives way when the server is gone', async () => {
  lab.server.stopIn(2);
  const tab = new Tab();
  await lab.clock.pass(1000);
  tab.gone = true;
  tab.warner.look();
  await settle();
  assert.deepEqual(tab.seen, ['dialog 2', 'no dialog 2']);
});

test('a warning goes two minutes after its stop was due, though no reading comes', async () => {
  lab.server.stopIn(1);
  const tab = new Tab();
  await lab.clock.pass(1000);
  lab.server.down = true;
  await lab.clock.pass(10 * MINUTE);
  assert.deepEqual(tab.seen, ['dialog 1', 'no dialog 1']);
});

test('an overdue stop that is not carried out is announced no more', async () => {
  lab.server.stopIn(5);
  const tab = new Tab();
  await lab.clock.pass(3 * HOUR);
  const shown = ['toast 5', 'no toast 5', 'dialog 2', 'no dialog 2'];
  assert.deepEqual(tab.seen, shown);
  assert.equal(tab.warner.current('scheduled'), null);
});

test('after a sleep past the stop no countdown goes on', async () => {
  lab.server.stopIn(30);
  const tab = new Tab();
  await lab.clock.pass(1000);
  lab.server.down = true;
  lab.clock.sleep(8 * HOUR);
  tab.wake();
  await lab.clock.pass(MINUTE);
  assert.deepEqual(tab.seen, ['toast 30', 'no toast 30']);
});
