import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  diskEvents,
  disksStillFull,
  EventReporter,
  imageStatuses,
  isUsable,
  nodeEvents,
  sessionEvents,
  snapshotEvents,
  statusEvents,
} from '../../src/lab/events.ts';
import type { Preferences } from '../../src/lab/tokens.ts';
import { type Instance, now, type Poller, type Session } from '../../src/panel/index.ts';
import { MINUTE, newLab, newStore, preferencesWith } from './lab.ts';

const SINCE = Date.parse('2026-11-23T13:00:00Z');

const image = (Status: string, ImageId = 'image-1', GmtCreateTime = '2026-11-20T00:00:00Z') => ({
  ImageId,
  Status,
  GmtCreateTime,
});
const withImages = (...images: ReturnType<typeof image>[]): Instance => ({
  Status: 'Running',
  InstanceSnapshotList: images,
});
const disk = (Usage: number) => ({
  CloudDisks: [{ MountPath: '/mnt', Status: { Usage, Available: 100 - Usage, Capacity: 100 } }],
});

test('an instance can be used while an image is saved, and after that failed', () => {
  for (const status of ['Running', 'Saving', 'Saved', 'SaveFailed']) assert.ok(isUsable(status));
  for (const status of ['Failed', 'Stopping', 'Stopped', '']) assert.ok(!isUsable(status), status);
});

test('each change out of the usable statuses is reported, and those after it', () => {
  const change = (before: string, current: string) =>
    statusEvents({ Status: before }, { Status: current })[0]?.first;
  assert.equal(change('Running', 'Saving'), undefined);
  assert.equal(change('SaveFailed', 'Failed'), true);
  assert.equal(change('Saving', 'Stopping'), true);
  assert.equal(change('Stopping', 'Stopped'), false);
  assert.equal(change('Stopped', 'Running'), undefined);
  assert.equal(change('Stopping', 'Stopping'), undefined);
});

test('an image is reported when it was saved or failed, not on the way there', () => {
  const changes = (before: string, current: string) => {
    const known = imageStatuses(new Map(), withImages(image(before)));
    return snapshotEvents(known, withImages(image(current)), SINCE).map(({ saved }) => saved);
  };
  assert.deepEqual(changes('Committing', 'Pushing'), []);
  assert.deepEqual(changes('Pushing', 'Saved'), [true]);
  assert.deepEqual(changes('Pushing', 'Failed'), [false]);
  assert.deepEqual(changes('Saved', 'Saved'), []);
});

test('an image that was not listed before is reported if it is new', () => {
  const old = withImages(image('Saved'));
  assert.deepEqual(snapshotEvents(new Map(), old, SINCE), []);
  const fresh = withImages(image('Saved', 'image-2', '2026-11-23T13:00:20Z'));
  assert.equal(snapshotEvents(new Map(), fresh, SINCE).length, 1);
});

test('a disk is reported over its limit, and one that DSW knows nothing of never', () => {
  assert.deepEqual(diskEvents(disk(90), 0.9), []);
  assert.equal(diskEvents(disk(91), 0.9).length, 1);
  assert.deepEqual(diskEvents({ CloudDisks: [{ Status: { Usage: 0, Capacity: 0 } }] }, 0.9), []);
  assert.deepEqual(diskEvents(disk(99), 0), []);
  assert.deepEqual(disksStillFull(disk(86), 0.9), ['disk /mnt']);
  assert.deepEqual(disksStillFull(disk(85), 0.9), []);
});

test('a node error is reported where the instance is about to move', () => {
  const error = { hasNodeError: true, enableAutoSwitchOnNodeError: true };
  const [event] = nodeEvents({ NodeErrorRecovery: { ...error, autoSwitchCountdownSeconds: 30 } });
  assert.equal(event?.seconds, 30);
  assert.deepEqual(nodeEvents({ NodeErrorRecovery: { hasNodeError: true } }), []);
});

const HOUR = 60 * MINUTE;

/** A run that started and ended so many hours ago. */
const session = (started: number | null, ended: number | null, change: Partial<Session> = {}) => ({
  started_at: started === null ? null : new Date(Date.now() - started * HOUR).toISOString(),
  ended_at: ended === null ? null : new Date(Date.now() - ended * HOUR).toISOString(),
  ended_by: null,
  status: null,
  reason_code: null,
  reason: null,
  ...change,
});

const lab = newLab();

test('how the last run ended is shown after a start, once over all tabs and reloads', async () => {
  lab.server.change = {
    sessions: [session(1, null), session(9, 2, { ended_by: 'idle' }), session(30, 20)],
  };
  const tabs = [open({ diskPercent: 0 }), open({ diskPercent: 0 })];
  await lab.clock.pass(3 * MINUTE);
  const again = open({ diskPercent: 0 });
  await lab.clock.pass(3 * MINUTE);
  assert.deepEqual(
    [...tabs, again].flatMap(({ seen }) => seen),
    ['session'],
  );
  const off = { sessions: [session(1, null), session(9, 3)] };
  lab.server.change = off;
  const { seen } = open({ lastRun: false, diskPercent: 0 });
  await lab.clock.pass(3 * MINUTE);
  assert.deepEqual(seen, []);
});

test('a run that is no news, or of which nothing is known, is not shown', () => {
  const of = (...sessions: Session[]) =>
    sessionEvents({ ...lab.server.reading(), sessions, at: now() }).map(({ by }) => by);
  const last = session(9, 2, { ended_by: 'debt' });
  assert.deepEqual(of(session(1, null), last), ['debt']);
  assert.deepEqual(of(session(1, null)), []);
  assert.deepEqual(of(), []);
  // Started two days ago; not known when; it has ended itself.
  assert.deepEqual(of(session(48, null), last), []);
  assert.deepEqual(of(session(null, null), last), []);
  assert.deepEqual(of(session(1, 0), last), []);
  assert.deepEqual(of(session(1, null), session(9, null)), []);
  assert.deepEqual(sessionEvents({ ...lab.server.reading(), sessions: null, at: now() }), []);
});

/** A tab, and what a person saw in it. */
function open(change: Partial<Preferences> = {}): { seen: string[]; store: Poller } {
  const seen: string[] = [];
  const store = newStore(lab);
  new EventReporter({
    store,
    log: lab.browser.shownLog(),
    preferences: preferencesWith(change),
    visible: () => true,
    present: (event, cause) => {
      const what = event.kind === 'status' ? event.status : event.kind;
      seen.push(cause ? `${what}, ${cause.kind}` : what);
      return {
        update: (later, stop) => {
          if (later.kind === 'status') seen.push(`then ${later.status}, ${stop?.kind ?? 'why?'}`);
        },
        withdraw: () => seen.push('gone'),
      };
    },
  });
  return { seen, store };
}

/** The instance of the next readings, each a minute after the one before. */
async function readings(...instances: Instance[]): Promise<void> {
  for (const instance of instances) {
    lab.server.change = { instance: instance as never };
    await lab.clock.pass(1.1 * MINUTE);
  }
}

test('a disk about its limit is reported once, over two tabs', async () => {
  const tabs = [open(), open()];
  const seen = () => tabs.flatMap(tab => tab.seen);
  for (let minute = 0; minute < 30; minute++) await readings(disk(89.9), disk(90.1));
  assert.deepEqual(seen(), ['disk']);
  await readings(disk(50), disk(95));
  assert.deepEqual(seen(), ['disk', 'disk']);
});

test('a list of images that was empty once is no news', async () => {
  const images = Array.from({ length: 13 }, (_, one) => image('Saved', `image-${String(one)}`));
  const { seen } = open();
  await readings(withImages(...images), withImages(), withImages(...images));
  assert.deepEqual(seen, []);
});

test('an image that is left out of a reading while it is saved is reported', async () => {
  const { seen } = open();
  await readings(withImages(image('Pushing')), withImages(), withImages(image('Saved')));
  assert.deepEqual(seen, ['snapshot']);
});

test('another instance is nothing that changed', async () => {
  const { seen } = open();
  await readings({ Status: 'Running' });
  const { source } = lab.server.reading();
  const other = { ...source, instance_id: 'dsw-other' };
  lab.server.change = { instance: { Status: 'Stopped' }, source: other };
  await lab.clock.pass(2 * MINUTE);
  assert.deepEqual(seen, []);
});

test('a stop is reported once, with its cause, and updated in place', async () => {
  lab.server.stopIn(4);
  const tabs = [open(), open()];
  await readings({ Status: 'Running' }, { Status: 'Running' }, { Status: 'Running' });
  await lab.clock.pass(MINUTE);
  await readings({ Status: 'Stopping' }, { Status: 'Stopping' }, { Status: 'Stopped' });
  const seen = tabs.flatMap(tab => tab.seen);
  assert.deepEqual(seen, ['Stopping, scheduled', 'then Stopped, scheduled']);
});

test('a stop that nothing announced has no cause', async () => {
  lab.server.stopIn(60);
  const { seen } = open();
  await readings({ Status: 'Running' }, { Status: 'Stopping' }, { Status: 'Stopped' });
  assert.deepEqual(seen, ['Stopping', 'then Stopped, why?']);
});

test('once the instance can be used again, the report goes, and the next one is another', async () => {
  const { seen } = open();
  await readings({ Status: 'Running' }, { Status: 'Failed' }, { Status: 'Running' });
  assert.deepEqual(seen, ['Failed', 'gone']);
  await readings({ Status: 'Stopping' });
  assert.deepEqual(seen, ['Failed', 'gone', 'Stopping']);
});

test('what is switched off is not reported', async () => {
  const { seen } = open({ diskPercent: 0, statusChanges: false });
  await readings({ ...disk(95), Status: 'Running' }, { Status: 'Stopping' }, { Status: 'Stopped' });
  assert.deepEqual(seen, []);
});
