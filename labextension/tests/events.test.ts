import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsBetween } from '../src/events.ts';
import { EventTeller } from '../src/eventteller.ts';
import { GoneWatch } from '../src/gonewatch.ts';
import type { Instance } from '../src/panel/instance.ts';
import type { Preferences } from '../src/preferences.ts';
import type { Poller, PollerOptions } from '../src/panel/sources/poller.ts';
import { MINUTE, newLab, newStore, preferencesWith } from './lab.ts';

const kinds = (before: Instance | null, now: Instance) =>
  eventsBetween(before, now, 0.9).map(({ kind }) => kind);
const image = (Status: string) => ({ InstanceSnapshotList: [{ ImageId: 'image-1', Status }] });
const disk = (Usage: number) => ({
  CloudDisks: [{ MountPath: '/mnt', Status: { Usage, Available: 100 - Usage, Capacity: 100 } }],
});

test('an instance that is no longer running is told of, once it was seen running', () => {
  const [running, saving] = [{ Status: 'Running' }, { Status: 'Saving' }];
  assert.deepEqual(kinds(running, saving), ['status']);
  assert.deepEqual(kinds(null, saving), []);
  assert.deepEqual(kinds(saving, running), []);
});

test('an image is told of when it was saved or failed, not on the way there', () => {
  assert.deepEqual(kinds(image('Committing'), image('Pushing')), []);
  const [saved] = eventsBetween(image('Pushing'), image('Saved'), 0.9);
  const [failed] = eventsBetween(image('Pushing'), image('Failed'), 0.9);
  assert.ok(saved?.kind === 'snapshot' && saved.saved);
  assert.ok(failed?.kind === 'snapshot' && !failed.saved);
  assert.deepEqual(kinds(null, image('Saved')), []);
});

test('a disk is told of over its limit, and one that DSW knows nothing of never', () => {
  assert.deepEqual(kinds(null, disk(90)), []);
  assert.deepEqual(kinds(null, disk(91)), ['disk']);
  assert.deepEqual(kinds(null, { CloudDisks: [{ Status: { Usage: 0, Capacity: 0 } }] }), []);
  assert.deepEqual(eventsBetween(null, disk(99), 0), []);
});

test('a node error is told of where the instance is about to move', () => {
  const error = { hasNodeError: true, enableAutoSwitchOnNodeError: true };
  const [event] = eventsBetween(
    null,
    { NodeErrorRecovery: { ...error, autoSwitchCountdownSeconds: 30 } },
    0.9,
  );
  assert.ok(event?.kind === 'node' && event.seconds === 30);
  assert.deepEqual(kinds(null, { NodeErrorRecovery: { hasNodeError: true } }), []);
});

const lab = newLab();

/** A tab, and what a person saw in it. */
function open(
  change: Partial<Preferences> = {},
  standby?: () => boolean,
  ask?: PollerOptions['ask'],
): { seen: string[]; store: Poller } {
  const seen: string[] = [];
  const store = newStore(lab, standby, ask);
  const common = {
    store,
    ledger: lab.browser.ledger(),
    preferences: preferencesWith(change),
    visible: () => true,
  };
  new EventTeller({ ...common, tell: ({ kind }) => seen.push(kind) });
  new GoneWatch({
    ...common,
    present: last => {
      seen.push(`gone, known ${last?.answer.source.instance_id ?? ''}`);
      return { withdraw: () => seen.push('back') };
    },
  });
  return { seen, store };
}

test('a full disk is told of once over two tabs, and again after it had room', async () => {
  lab.server.change = { instance: disk(95) };
  const tabs = [open(), open()];
  await lab.clock.pass(10 * MINUTE);
  const seen = () => tabs.flatMap(tab => tab.seen);
  assert.deepEqual(seen(), ['disk']);
  lab.server.change = { instance: disk(50) };
  await lab.clock.pass(2 * MINUTE);
  lab.server.change = { instance: disk(95) };
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(seen(), ['disk', 'disk']);
});

test('what is switched off is not told of', async () => {
  lab.server.change = { instance: disk(95) };
  const { seen } = open({ diskPercent: 0 });
  await lab.clock.pass(MINUTE);
  assert.deepEqual(seen, []);
});

test('a server that goes away is told of once, and taken back when it returns', async () => {
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

test('a hiccup of the network is not told of', async () => {
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

test('a server that goes away is told of once over two tabs', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  const tabs = [open(), open()];
  await lab.clock.pass(0);
  lab.server.down = true;
  await lab.clock.pass(10 * MINUTE);
  assert.equal(tabs.flatMap(tab => tab.seen).length, 1);
});

test('a server that is gone is told of although the store asks no more', async () => {
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

test('what was said of a server that is gone goes when it is back and asks who one is', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  let login = false;
  const { seen, store } = open({}, undefined, fresh =>
    login ? Promise.resolve('signed-out') : lab.server.ask(fresh),
  );
  await lab.clock.pass(0);
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(MINUTE);
  login = true;
  await lab.clock.pass(2 * MINUTE);
  assert.equal(seen.at(-1), 'back');
});

test('switched off, nothing is said of a server that is gone', async () => {
  lab.server.change = { instance: { Status: 'Running' } };
  const { seen, store } = open({ serverGone: false });
  await lab.clock.pass(0);
  lab.server.down = true;
  store.catchUp();
  await lab.clock.pass(10 * MINUTE);
  assert.deepEqual(seen, []);
});
