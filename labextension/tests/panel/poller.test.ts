import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  backOff,
  delayAfter,
  MAX_TIMEOUT_MS,
  type Outcome,
  Poller,
  type PollerOptions,
} from '../../src/panel/poller.ts';
import { FakeClock, readingNamed, readingWith, settle } from '../support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const good = readingWith({ next_read_in_ms: MINUTE });

let clock: FakeClock;
let requests: boolean[];
let outcome: Outcome;
let poller: Poller;

beforeEach(() => {
  clock = new FakeClock();
  clock.install();
  Math.random = () => 1;
  requests = [];
  outcome = good;
  const request = (fresh: boolean) => {
    requests.push(fresh);
    return Promise.resolve(outcome);
  };
  poller = newPoller(request);
});

function newPoller(request: PollerOptions['request']): Poller {
  return new Poller({ request, onReject: 'server-gone', longestBackOff: 5 * MINUTE });
}

function panel(changed: () => void = () => undefined) {
  return poller.watch(() => {
    changed();
  });
}

test('the first panel in sight sends a request at once', async () => {
  panel();
  await settle();
  assert.equal(poller.state.reading?.instance, good.instance);
});

test('twenty panels make the requests of one', async () => {
  for (let count = 0; count < 20; count += 1) panel();
  await settle();
  await clock.pass(10 * MINUTE);
  assert.equal(requests.length, 10);
});

test('it sends another request when the reading is due, not before', async () => {
  panel();
  await settle();
  await clock.pass(MINUTE);
  assert.equal(requests.length, 1);
  await clock.pass(MINUTE / 10);
  assert.equal(requests.length, 2);
});

test('panels out of sight make no requests', async () => {
  const stop = panel();
  await settle();
  stop();
  await clock.pass(HOUR);
  assert.equal(requests.length, 1);
});

test('a panel shown again sends a request at once if something was due meanwhile', async () => {
  const stop = panel();
  await settle();
  stop();
  await clock.pass(HOUR);
  panel();
  await settle();
  assert.equal(requests.length, 2);
});

test('a panel shown again sends no request if nothing was due', async () => {
  const stop = panel();
  await settle();
  stop();
  await clock.pass(10_000);
  panel();
  await settle();
  assert.equal(requests.length, 1);
});

test('when the last panel is gone, so are the requests', async () => {
  const stop = panel();
  await settle();
  stop();
  assert.equal(clock.next, null);
});

test('an attempt that breaks off is a failure', async () => {
  poller = newPoller(() => Promise.reject(new Error('reset')));
  panel();
  await settle();
  assert.equal(poller.state.failure, 'server-gone');
  assert.equal(poller.state.requesting, false);
});

test('after a failure the last reading stays, with the kind of failure', async () => {
  panel();
  await settle();
  outcome = 'server-gone';
  await clock.pass(2 * MINUTE);
  assert.equal(poller.state.reading?.instance, good.instance);
  assert.equal(poller.state.failure, 'server-gone');
});

test('a server that is gone is not flooded', async () => {
  outcome = 'server-gone';
  panel();
  await settle();
  await clock.pass(HOUR);
  // 5 s, 10 s … 160 s, then every 5 minutes.
  assert.ok(requests.length <= 20, String(requests.length));
});

test('a reading ends the failure and the back-off', async () => {
  outcome = 'server-gone';
  panel();
  await settle();
  await clock.pass(HOUR);
  outcome = good;
  await clock.pass(6 * MINUTE);
  assert.equal(poller.state.failure, null);
  outcome = 'server-gone';
  await clock.pass(1.1 * MINUTE);
  assert.ok((clock.next ?? Infinity) <= 5000);
});

test('a reading with an error is a reading: its own waiting time counts', async () => {
  const error = { code: 'Denied', message: '', advice: '', request_id: null, retry_in_ms: 1 };
  outcome = readingWith({ instance: null, error, next_read_in_ms: 5 * MINUTE });
  panel();
  await settle();
  assert.equal(poller.state.failure, null);
  await clock.pass(4 * MINUTE);
  assert.equal(requests.length, 1);
});

test('a refresh requests a new reading at once, also during a back-off', async () => {
  outcome = 'server-gone';
  panel();
  await settle();
  poller.refresh();
  await settle();
  assert.deepEqual(requests, [false, true]);
});

test('a refresh during a request follows it', async () => {
  panel();
  poller.refresh();
  poller.refresh();
  await settle();
  assert.deepEqual(requests, [false, true]);
});

test('after the network came back it sends a request without waiting for the back-off', async () => {
  outcome = 'server-gone';
  panel();
  await settle();
  poller.catchUp();
  await settle();
  assert.equal(requests.length, 2);
});

test('after three hours of sleep the first heartbeat sends a request', async () => {
  panel();
  await settle();
  clock.sleep(3 * HOUR);
  poller.heartbeat();
  await settle();
  assert.equal(requests.length, 2);
});

test('after a nap it waits for what is left, not for all of it', async () => {
  panel();
  await settle();
  clock.sleep(50_000);
  poller.heartbeat();
  await clock.pass(14_000);
  assert.equal(requests.length, 2);
});

test('a wall clock set back is no reason to send a request', async () => {
  panel();
  await settle();
  clock.sleep(-3 * HOUR);
  poller.heartbeat();
  await settle();
  assert.equal(requests.length, 1);
});

test('waiting times beyond 24 days do not fire at once', async () => {
  outcome = readingWith({ next_read_in_ms: 60 * 24 * HOUR });
  panel();
  await settle();
  await clock.pass(HOUR);
  assert.equal(requests.length, 1);
});

test('panels are notified of each change until they stop watching', async () => {
  let notified = 0;
  const stop = panel(() => {
    notified += 1;
  });
  await settle();
  const before = notified;
  assert.ok(before > 0);
  stop();
  poller.accept(good);
  assert.equal(notified, before);
});

const due = (next_read_in_ms: number) => readingWith({ next_read_in_ms });

test('it waits as long as the reading has it, and a little more so that windows fall out of step', () => {
  assert.equal(delayAfter(due(60_000), 0), 60_000);
  assert.equal(delayAfter(due(60_000), 1), 63_000);
});

test('it never waits less than a second', () => {
  assert.equal(delayAfter(due(0), 0), 1000);
  assert.equal(delayAfter(due(-5), 0), 1000);
  assert.equal(delayAfter(due(Number.NaN), 0), 1000);
});

test('it never waits longer than setTimeout can', () => {
  assert.equal(delayAfter(due(90 * 86_400_000), 1), MAX_TIMEOUT_MS);
});

test('it sends a request soon after a countdown has come to its end', () => {
  assert.equal(delayAfter({ ...readingNamed('near'), next_read_in_ms: 600_000 }, 0), 50_000);
});

test('a countdown that has ended already changes nothing', () => {
  assert.equal(delayAfter({ ...readingNamed('due'), next_read_in_ms: 15_000 }, 0), 15_000);
});

const LONGEST = 300_000;
const after = (failures: number) => backOff('server-gone', failures, 1, LONGEST);

test('failures are repeated later and later, up to five minutes', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map(failures => after(failures)),
    [5000, 10_000, 20_000, 40_000],
  );
  assert.equal(after(50), 300_000);
  assert.equal(after(2000), 300_000);
});

test('half of the back-off is chance', () => {
  assert.equal(backOff('server-gone', 1, 0, LONGEST), 2500);
});

test('what only a person can change is not requested again', () => {
  for (const failure of ['absent', 'not-permitted'] as const) {
    assert.equal(backOff(failure, 1, 1, LONGEST), Infinity);
  }
});

test('at a speed it sends a request that much sooner after a countdown’s end', () => {
  const near = readingNamed('near');
  const fast = { ...near, next_read_in_ms: 600_000, source: { ...near.source, speed: 60 } };
  assert.equal(delayAfter(fast, 0), 48_000 / 60 + 2000);
});
