import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutageWatch } from '../../src/lab/outage.ts';
import type { Preferences } from '../../src/lab/tokens.ts';
import type { Poller, PollerOptions } from '../../src/panel/index.ts';
import { MINUTE, newLab, newStore, preferencesWith } from './lab.ts';

const lab = newLab();

/** A tab, and what a person saw in it. */
function open(
  change: Partial<Preferences> = {},
  standby?: () => boolean,
  request?: PollerOptions['request'],
): { seen: string[]; store: Poller } {
  const seen: string[] = [];
  const store = newStore(lab, standby, request);
  new OutageWatch({
    store,
    log: lab.browser.shownLog(),
    preferences: preferencesWith(change),
    visible: () => true,
    present: ({ last, since, lasted }) => {
      seen.push(`gone, known ${last.source.instance_id ?? ''}`);
      // What is shown of the outage is of its beginning.
      assert.ok(Math.abs(Date.now() - since - lasted) < 100);
      return () => seen.push('back');
    },
  });
  return { seen, store };
}

test('a server that goes away is reported once, until it returns', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  const { seen, store } = open();
  await lab.clock.pass(0);
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(60 * MINUTE);
  assert.deepEqual(seen, ['gone, known dsw-730a4c1f9be2d6']);
  lab.server.down = false;
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(seen, ['gone, known dsw-730a4c1f9be2d6', 'back']);
});

test('a hiccup of the network is not reported', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  const { seen, store } = open();
  await lab.clock.pass(0);
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(100);
  lab.server.down = false;
  store.catchUp();
  await lab.clock.pass(5 * MINUTE);
  assert.deepEqual(seen, []);
});

test('a server that goes away is reported once over two tabs', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  const tabs = [open(), open()];
  await lab.clock.pass(0);
  lab.server.down = true;
  await lab.clock.pass(10 * MINUTE);
  assert.equal(tabs.flatMap(tab => tab.seen).length, 1);
});

test('a server that is gone is reported although the store requests no more', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  let gaveUp = false;
  const { seen, store } = open({}, () => gaveUp);
  await lab.clock.pass(0);
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(0);
  gaveUp = true;
  await lab.clock.pass(MINUTE);
  assert.equal(seen.length, 1);
});

test('a report that the server is gone goes when it is back and one has to sign in', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  let login = false;
  const { seen, store } = open({}, undefined, fresh =>
    login ? Promise.resolve('signed-out') : lab.server.request(fresh),
  );
  await lab.clock.pass(0);
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(MINUTE);
  login = true;
  await lab.clock.pass(2 * MINUTE);
  assert.equal(seen.at(-1), 'back');
});

test('switched off, nothing is reported of a server that is gone', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  const { seen, store } = open({ serverGone: false });
  await lab.clock.pass(0);
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(10 * MINUTE);
  assert.deepEqual(seen, []);
});

test('an outage after one that was short is reported, though both are within one reading', async () => {
  lab.server.change = { instance: { Status: 'Running' }, next_read_in_ms: 10 * MINUTE };
  const { seen, store } = open();
  await lab.clock.pass(0);
  const { read_at: readAt } = lab.server.reading();
  lab.server.change = { ...lab.server.change, read_at: readAt };
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(6000);
  lab.server.down = false;
  store.catchUp();
  await lab.clock.pass(1000);
  assert.deepEqual(seen, ['gone, known dsw-730a4c1f9be2d6', 'back']);
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(6000);
  assert.equal(seen.at(-1), 'gone, known dsw-730a4c1f9be2d6');
});
