import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { DEFAULTS, type Preferences } from '../../src/lab/tokens.ts';
import { statusBarView } from '../../src/lab/statusbar.ts';
import { type Reading, now, type DataSourceState } from '../../src/panel/index.ts';
import { readingNamed, FakeClock } from '../support.ts';
import { MINUTE, stopWith } from './lab.ts';

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
  clock.install();
});

const NOTHING: DataSourceState = { reading: null, failure: null, requesting: false };

function stateOf(reading: Reading, change: Partial<DataSourceState> = {}): DataSourceState {
  return { ...NOTHING, reading: { ...reading, at: now() }, ...change };
}

/** A running instance whose scheduled stop is so many minutes away. */
function stopIn(minutes: number, change: Partial<Reading> = {}): Reading {
  const reading = readingNamed('scheduled');
  const stops = [stopWith({ kind: 'scheduled', remaining_ms: minutes * MINUTE })];
  return { ...reading, stops, ...change };
}

function textOf(state: DataSourceState, statusBar: Preferences['statusBar'] = 'both'): string {
  return statusBarView(state, { statusBar }).text.replaceAll('\u00a0', ' ');
}

test('it shows that it reads, before there is a reading', () => {
  assert.equal(textOf(NOTHING), 'DSW: reading…');
});

test('it shows the status and the next stop, by the settings', () => {
  const state = stateOf(stopIn(29));
  assert.equal(textOf(state), 'Running · stops in 29 min');
  assert.equal(textOf(state, 'countdown'), 'stops in 29 min');
  assert.equal(textOf(state, 'status'), 'Running');
  assert.equal(textOf(state, 'off'), '');
});

test('a refresh that brought nothing new is shown', () => {
  const state = stateOf(stopIn(29), { nothingNewer: true });
  assert.equal(textOf(state), 'Running · stops in 29 min · nothing newer yet');
});

test('seconds are shown below ten minutes, and it ticks then', () => {
  const state = stateOf(stopIn(1.5));
  assert.equal(textOf(state), 'Running · stops in 1 min 30 s');
  assert.equal(statusBarView(stateOf(stopIn(9.99)), DEFAULTS).nextIn, 400);
  assert.equal(statusBarView(stateOf(stopIn(29.5)), DEFAULTS).nextIn, MINUTE / 2);
});

test('at a speed it ticks as often as the text changes', () => {
  const { source } = stopIn(1);
  const state = stateOf(stopIn(29.5, { source: { ...source, simulated: true, speed: 60 } }));
  assert.equal(statusBarView(state, DEFAULTS).nextIn, 500);
});

test('a stop whose time is unknown is shown as that', () => {
  const stops = [stopWith({ kind: 'scheduled', state: 'unknown' })];
  const state = stateOf({ ...stopIn(1), stops });
  assert.equal(textOf(state), 'Running · time of stop unknown');
});

test('what was known stays when the server is gone or the person signed out, never in red', async () => {
  for (const [failure, text] of [
    ['server-gone', 'DSW: server not responding · stops in 1 min'],
    ['signed-out', 'DSW: sign in again · stops in 1 min'],
  ] as const) {
    const view = statusBarView(stateOf(stopIn(1), { failure }), DEFAULTS);
    assert.equal(view.text.replaceAll('\u00a0', ' '), text);
    assert.equal(view.urgency, 'near');
  }
  const gone = stateOf(stopIn(29), { failure: 'server-gone' });
  await clock.pass(3 * 60 * MINUTE);
  assert.equal(textOf(gone), 'DSW: server not responding · Was due to stop 2 h 31 min ago');
});

test('it goes by one scale of urgency', () => {
  const urgency = (minutes: number) => statusBarView(stateOf(stopIn(minutes)), DEFAULTS).urgency;
  assert.deepEqual([45, 29, 9, 1].map(urgency), ['none', 'near', 'near', 'urgent']);
});

test('it is empty where there is nothing for this person', () => {
  for (const failure of ['absent', 'not-permitted'] as const) {
    assert.equal(textOf({ ...NOTHING, failure }), '');
  }
  for (const code of ['NotConfigured', 'NoCredentials']) {
    const error = { code, message: '', advice: '', request_id: null, retry_in_ms: 1000 };
    assert.equal(textOf(stateOf({ ...readingNamed('never read'), error })), '');
  }
});

test('an error without a reading is shown, and with one that it is old', () => {
  const error = { code: 'Denied', message: '', advice: '', request_id: null, retry_in_ms: 1000 };
  assert.equal(textOf(stateOf({ ...readingNamed('never read'), error })), 'DSW: not available');
  const old = statusBarView(stateOf(stopIn(45, { error })), DEFAULTS);
  assert.match(old.text, /^Running \(not up to date\) · /);
  assert.equal(old.urgency, 'old');
  assert.match(old.tooltip, /Not permitted to read this instance$/);
});

test('its tooltip has the name and the stop in two lines, without what hides or reorders text', () => {
  const instance = { Status: 'Running', InstanceName: 'a\u202eb\u009bc' };
  const lines = statusBarView(stateOf(stopIn(29, { instance })), DEFAULTS).tooltip.split('\n');
  assert.equal(lines.length, 2);
  assert.equal(lines[0], 'a\ufffdb\ufffdc: Running');
  assert.match(lines[1] ?? '', /^Scheduled stop at .*\(UTC.*\)\.$/);
});

test('its tooltip names whose policy decides the stop, and the nearest stop counts', () => {
  const policy = stopWith({ decided_by: 'workspace', remaining_ms: 20 * MINUTE });
  const own = stopWith({ kind: 'scheduled', remaining_ms: 29 * MINUTE });
  const state = stateOf(stopIn(29, { stops: [policy, own] }));
  assert.equal(textOf(state), 'Running · stops in 20 min');
  const { tooltip } = statusBarView(state, DEFAULTS);
  assert.match(tooltip, /\nIdle stop at .*\.\nIt is a policy of the workspace\.$/);
});

test('a simulated instance has a badge, and no colon', () => {
  const { source } = stopIn(1);
  const view = statusBarView(
    stateOf(stopIn(29, { source: { ...source, simulated: true } })),
    DEFAULTS,
  );
  assert.equal(view.simulated, true);
  assert.doesNotMatch(view.text, /:/);
});

test('an instance that stops or has stopped has no countdown', () => {
  for (const Status of ['Stopping', 'Stopped', 'Failed']) {
    assert.doesNotMatch(textOf(stateOf(stopIn(1, { instance: { Status }, stops: [] }))), /·/);
  }
});
