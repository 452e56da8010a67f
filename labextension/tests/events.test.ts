import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { eventsBetween } from '../src/events.ts';
import { EventTeller } from '../src/eventteller.ts';
import { GoneWatch } from '../src/gonewatch.ts';
import type { Instance } from '../src/panel/instance.ts';
import { InstanceStore } from '../src/store.ts';
import { FakeBrowser, FakeServer, preferencesWith } from './lab.ts';
import { FakeClock } from './support.ts';

const MINUTE = 60_000;
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
function open(change = {}): { seen: string[]; store: InstanceStore } {
  const seen: string[] = [];
  const store = new InstanceStore({
    ask: server.ask,
    tabs: browser.tab(),
    standby: () => false,
  });
  const common = {
    store,
    ledger: browser.ledger(),
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
  store.start();
  return { seen, store };
}

test('a full disk is told of once over two tabs, and again after it had room', async () => {
  server.change = { instance: disk(95) };
  const tabs = [open(), open()];
  await clock.pass(10 * MINUTE);
  const seen = () => tabs.flatMap(tab => tab.seen);
  assert.deepEqual(seen(), ['disk']);
  server.change = { instance: disk(50) };
  await clock.pass(2 * MINUTE);
  server.change = { instance: disk(95) };
  await clock.pass(2 * MINUTE);
  assert.deepEqual(seen(), ['disk', 'disk']);
});

test('what is switched off is not told of', async () => {
  server.change = { instance: disk(95) };
  const { seen } = open({ diskPercent: 0 });
  await clock.pass(MINUTE);
  assert.deepEqual(seen, []);
});

test('a server that goes away is told of once, and taken back when it returns', async () => {
  server.change = { instance: { Status: 'Running' } };
  const { seen, store } = open();
  await clock.pass(0);
  server.down = true;
  store.catchUp(true);
  await clock.pass(60 * MINUTE);
  assert.deepEqual(seen, ['gone, known dsw-730a4c1f9be2d6']);
  server.down = false;
  await clock.pass(2 * MINUTE);
  assert.deepEqual(seen, ['gone, known dsw-730a4c1f9be2d6', 'back']);
});

test('a hiccup of the network is not told of', async () => {
  server.change = { instance: { Status: 'Running' } };
  const { seen, store } = open();
  await clock.pass(0);
  server.down = true;
  store.catchUp(true);
  await clock.pass(100);
  server.down = false;
  store.catchUp(true);
  await clock.pass(5 * MINUTE);
  assert.deepEqual(seen, []);
});

test('a server that goes away is told of once over two tabs', async () => {
  server.change = { instance: { Status: 'Running' } };
  const tabs = [open(), open()];
  await clock.pass(0);
  server.down = true;
  await clock.pass(10 * MINUTE);
  assert.equal(tabs.flatMap(tab => tab.seen).length, 1);
});
