import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import type { UtilizationSample } from '../../src/panel/contract.ts';
import { publishConnection } from '../../src/panel/server.ts';
import {
  chartOf,
  nearestPoint,
  rowsOf,
  serverUsage,
  unbrokenRuns,
  type Usage,
} from '../../src/panel/usage.ts';
import { now } from '../../src/panel/reading.ts';
import { FakeClock } from '../support.ts';

const MINUTE = 60_000;
const NOW = '2026-11-23T13:00:00Z';
const AT = Date.parse(NOW);

let clock = new FakeClock();
beforeEach(() => {
  clock = new FakeClock();
  clock.install();
});

/** Samples of so many minutes ago. */
function usageOf(ago: readonly number[], change: Partial<UtilizationSample> = {}): Usage {
  const samples = ago.map(minutes => ({
    at: new Date(AT - minutes * MINUTE).toISOString(),
    cpu_percent: minutes,
    gpu_percent: null,
    gpu_percents: [],
    idle_minutes: null,
    ...change,
  }));
  return { samples, now: NOW, between_ms: MINUTE, sent: now() };
}

/** How far back a chart goes, in minutes, and from how long ago its samples are. */
function spanOf(usage: Usage): [number, number[]] {
  const { from, to, points } = chartOf(usage);
  return [(to - from) / MINUTE, points.map(({ at }) => (AT - at) / MINUTE)];
}

test('a chart has the last three hours at most', () => {
  assert.deepEqual(spanOf(usageOf([600, 181, 179, 90, 1])), [180, [179, 90, 1]]);
});

test('a chart of few minutes is not three hours of nothing', () => {
  assert.deepEqual(spanOf(usageOf([3, 2, 1])), [15, [3, 2, 1]]);
  assert.deepEqual(spanOf(usageOf([16, 1])), [30, [16, 1]]);
  assert.deepEqual(spanOf(usageOf([1])), [15, [1]]);
  assert.deepEqual(spanOf(usageOf([])), [15, []]);
});

test('a chart goes on while no response comes', async () => {
  const usage = usageOf([10, 1]);
  await clock.pass(10 * MINUTE);
  const { from, to } = chartOf(usage);
  assert.equal(to, AT + 10 * MINUTE);
  assert.equal((to - from) / MINUTE, 30);
});

test('a chart stays as it is from one second to the next', async () => {
  const usage = usageOf([10, 1]);
  await clock.pass(1000);
  const before = chartOf(usage);
  await clock.pass(8000);
  assert.deepEqual(chartOf(usage), before);
  await clock.pass(2000);
  assert.equal(chartOf(usage).to, before.to + 10_000);
});

test('what is dated wrong is left out, and hides nothing else', () => {
  const [future, odd] = [{ at: '2036-01-01T00:00:00Z' }, { at: 'yesterday' }];
  const usage = usageOf([2, 1]);
  const [first] = usage.samples;
  assert.ok(first);
  const samples = [...usage.samples, { ...first, ...future }, { ...first, ...odd }];
  assert.deepEqual(spanOf({ ...usage, samples }), [15, [2, 1]]);
});

test('a line has a gap where the server was not running, or nothing was measured', () => {
  const usage = usageOf([40, 39, 20, 19, 18]);
  const samples = usage.samples.map((sample, place) =>
    place === 3 ? { ...sample, cpu_percent: null } : sample,
  );
  const runs = unbrokenRuns(chartOf({ ...usage, samples }), ({ cpu }) => cpu !== null);
  assert.deepEqual(
    runs.map(run => run.map(({ cpu }) => cpu)),
    [[40, 39], [20], [18]],
  );
  // A sample that came late is no gap.
  assert.equal(unbrokenRuns(chartOf(usageOf([5, 4, 2, 1])), () => true).length, 1);
});

test('the sample nearest to a moment is found, the newer of two as near', () => {
  const chart = chartOf(usageOf([9, 5, 1]));
  const ago = (minutes: number) => nearestPoint(chart, AT - minutes * MINUTE)?.cpu;
  assert.deepEqual([ago(100), ago(7.1), ago(7), ago(4), ago(0)], [9, 9, 5, 5, 1]);
  assert.equal(nearestPoint(chartOf(usageOf([])), AT), null);
});

test('a table has the means of ten minutes in one row, the newest first', () => {
  const rows = rowsOf(chartOf(usageOf([19, 11, 4, 2], { gpu_percent: null })));
  assert.deepEqual(
    rows.map(({ from, cpu, gpu }) => [(AT - from) / MINUTE, cpu, gpu]),
    [
      [4, 3, null],
      [19, 15, null],
    ],
  );
});

/** A Jupyter page whose server sends this; how often it was requested. */
function serve(respond: () => Promise<Response>): () => number {
  let requests = 0;
  Reflect.deleteProperty(globalThis, Symbol.for('jupyter-dsw:usage'));
  publishConnection({
    language: 'en',
    request: path => {
      assert.equal(path, 'jupyter-dsw/v1/utilization');
      requests++;
      return respond();
    },
  });
  return () => requests;
}

const good = () => Promise.resolve(Response.json({ ...usageOf([1]), sent: undefined }));

test('samples are requested once a minute however many watch, and not while nobody does', async () => {
  const requests = serve(good);
  const usage = serverUsage();
  assert.ok(usage);
  await clock.pass(MINUTE);
  assert.equal(requests(), 0);
  const leave = [usage, usage, usage].map(one => one.watch(() => undefined));
  await clock.pass(9.5 * MINUTE);
  assert.equal(requests(), 10);
  assert.equal(usage.usage?.samples.length, 1);
  for (const one of leave) one();
  await clock.pass(60 * MINUTE);
  assert.equal(requests(), 10);
  // What is watched again within the minute is not requested again.
  usage.watch(() => undefined)();
  usage.watch(() => undefined)();
  await clock.pass(0);
  assert.equal(requests(), 11);
});

test('a server that has just started is requested again soon, and then once a minute', async () => {
  let samples: readonly UtilizationSample[] = [];
  const requests = serve(() => Promise.resolve(Response.json({ ...usageOf([]), samples })));
  const usage = serverUsage();
  usage?.watch(() => undefined);
  await clock.pass(0);
  assert.equal(requests(), 1);
  await clock.pass(8000);
  assert.equal(requests(), 2);
  // Where there is never one, it is once a minute in the end.
  await clock.pass(60 * MINUTE);
  assert.ok(requests() <= 65, `${requests()}`);
  samples = usageOf([0]).samples;
  await clock.pass(MINUTE);
  assert.equal(usage?.usage?.samples.length, 1);
});

test('a server without samples is requested once; of one that fails the last ones stay', async () => {
  let requests = serve(() => Promise.resolve(Response.json({}, { status: 404 })));
  serverUsage()?.watch(() => undefined);
  await clock.pass(60 * MINUTE);
  assert.equal(requests(), 1);

  let down = false;
  requests = serve(() => (down ? Promise.reject(new Error('no server')) : good()));
  const usage = serverUsage();
  usage?.watch(() => undefined);
  await clock.pass(0);
  down = true;
  await clock.pass(10 * MINUTE);
  assert.equal(requests(), 11);
  assert.equal(usage?.usage?.samples.length, 1);
});

test('a chart goes on after one response that has none, and after a watcher that throws', async () => {
  const reported = mock.method(console, 'error', () => undefined);
  let status = 200;
  const requests = serve(() =>
    status === 200 ? good() : Promise.resolve(Response.json({}, { status })),
  );
  const usage = serverUsage();
  let changes = 0;
  usage?.watch(() => {
    throw new Error('no chart');
  });
  usage?.watch(() => changes++);
  await clock.pass(0);
  for (status of [403, 404, 200]) await clock.pass(MINUTE);
  assert.equal(requests(), 4);
  assert.equal(changes, 4);
  assert.equal(usage?.usage?.samples.length, 1);
  assert.equal(reported.mock.callCount(), 4);
  reported.mock.restore();
});
