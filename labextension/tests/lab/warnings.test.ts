import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decide,
  isQuiet,
  NOTHING_SHOWN,
  type Policy,
  seenWithin,
  type ShownOfStop,
} from '../../src/lab/warnings.ts';
import type { Stop } from '../../src/lab/stops.ts';
import { RULE } from './lab.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-23T20:00:00Z');
const POLICY: Policy = {
  toasts: [30 * MINUTE, 10 * MINUTE],
  dialog: 2 * MINUTE,
  doNotDisturb: false,
};
const SILENT = { ...POLICY, doNotDisturb: true };

const stopIn = (minutes: number, idleLimit: number | null = 60): Stop => ({
  instance: 'dsw-1',
  id: 'idle instance ',
  decidedBy: 'instance',
  canSkip: false,
  kind: idleLimit === null ? 'scheduled' : 'idle',
  left: minutes * MINUTE,
  due: NOW + minutes * MINUTE,
  rule: { ...RULE, max_idle_minutes: idleLimit },
});
const shown = (...minutes: number[]): ShownOfStop => ({
  ...NOTHING_SHOWN,
  thresholds: minutes.map(one => one * MINUTE),
});

/** The form and the threshold in minutes of what is due, if anything is. */
function due(stop: Stop, policy = POLICY, was = NOTHING_SHOWN, now = NOW): string | null {
  const { due: one } = decide(stop, policy, was, now);
  return one && `${one.form} ${one.threshold / MINUTE}`;
}

test('nothing is due before the first threshold, and it is known when to look again', () => {
  assert.deepEqual(decide(stopIn(45), POLICY, NOTHING_SHOWN, NOW), {
    due: null,
    nextIn: 15 * MINUTE,
  });
});

test('toasts come at their thresholds, the dialog at its own', () => {
  const forms = [30, 10, 2].map(minutes => due(stopIn(minutes)));
  assert.deepEqual(forms, ['toast 30', 'toast 10', 'dialog 2']);
});

test('what was shown is not due again', () => {
  assert.deepEqual(decide(stopIn(20), POLICY, shown(30), NOW), { due: null, nextIn: 10 * MINUTE });
});

test('one that was missed is due at once, and only the nearest', () => {
  assert.equal(due(stopIn(7)), 'toast 10');
  assert.equal(due(stopIn(7), POLICY, shown(10)), null);
});

test('thresholds at or above the idle limit do not apply to an idle stop', () => {
  assert.equal(due(stopIn(29, 30)), null);
  assert.equal(due(stopIn(19, 20)), null);
  assert.equal(due(stopIn(10, 20)), 'toast 10');
  assert.equal(due(stopIn(9, 10)), null);
  assert.equal(due(stopIn(2, 10)), 'dialog 2');
  assert.equal(due(stopIn(29, null)), 'toast 30');
});

test('an idle stop that comes back within minutes is not announced again', () => {
  const within = { [String(30 * MINUTE)]: NOW - 9 * MINUTE };
  assert.equal(due(stopIn(29, 31), POLICY, { ...NOTHING_SHOWN, within }), null);
  assert.equal(due(stopIn(29, 31), POLICY, { ...NOTHING_SHOWN, within }, NOW + MINUTE), 'toast 30');
  assert.equal(due(stopIn(9, 31), POLICY, { ...NOTHING_SHOWN, within }), 'toast 10');
});

test('the dialog of an idle stop that comes back is shown all the same', () => {
  const within = { [String(2 * MINUTE)]: NOW - MINUTE };
  assert.equal(due(stopIn(2), POLICY, { ...NOTHING_SHOWN, within }), 'dialog 2');
});

test('how long ago a stop was within a threshold counts once that was announced', () => {
  const key = String(30 * MINUTE);
  assert.deepEqual(seenWithin(stopIn(29), POLICY, NOTHING_SHOWN, NOW), {});
  assert.deepEqual(seenWithin(stopIn(29), POLICY, shown(30), NOW), { [key]: NOW });
  const recent = { ...NOTHING_SHOWN, within: { [key]: NOW - 5 * MINUTE } };
  assert.deepEqual(seenWithin(stopIn(29), POLICY, recent, NOW), { [key]: NOW });
  const long = { ...NOTHING_SHOWN, within: { [key]: NOW - 20 * MINUTE } };
  assert.deepEqual(seenWithin(stopIn(29), POLICY, long, NOW), long.within);
});

test('a reminder is due when it was set', () => {
  const reminders = { ...shown(30), reminders: [24 * MINUTE] };
  assert.equal(due(stopIn(25), POLICY, reminders), null);
  assert.equal(due(stopIn(24), POLICY, reminders), 'toast 24');
});

test('what is due below the dialog’s threshold is a dialog too', () => {
  const policy = { ...POLICY, toasts: [2 * MINUTE, MINUTE] };
  assert.equal(due(stopIn(2), policy), 'dialog 2');
  assert.equal(due(stopIn(1), policy, shown(2)), 'dialog 1');
});

test('a dialog that is switched off never comes', () => {
  assert.equal(due(stopIn(0), { ...POLICY, toasts: [], dialog: 0 }), null);
  assert.equal(due(stopIn(10), { ...SILENT, dialog: 0 }), 'toast 10');
});

test('where JupyterLab shows no toasts, the dialog comes in place of the last one', () => {
  assert.equal(due(stopIn(30), SILENT), 'toast 30');
  assert.equal(due(stopIn(10), SILENT), 'dialog 10');
  assert.equal(due(stopIn(5), SILENT, shown(10)), null);
  assert.equal(due(stopIn(2), SILENT, shown(10)), 'dialog 2');
});

test('the last reminder is marked as such', () => {
  const last = { ...shown(2), lastReminder: MINUTE };
  assert.equal(due(stopIn(1.5), POLICY, last), null);
  assert.deepEqual(decide(stopIn(1), POLICY, last, NOW).due, {
    form: 'dialog',
    threshold: MINUTE,
    last: true,
  });
});

test('quiet hours may span midnight', () => {
  const at = (time: string) => new Date(`2026-11-23T${time}:00`);
  assert.ok(isQuiet('22:00', '07:00', at('23:30')));
  assert.ok(isQuiet('22:00', '07:00', at('06:59')));
  assert.ok(!isQuiet('22:00', '07:00', at('07:00')));
  assert.ok(isQuiet('12:00', '13:00', at('12:30')));
  assert.ok(!isQuiet('12:00', '13:00', at('23:30')));
});

test('without both times there are no quiet hours', () => {
  const now = new Date();
  assert.ok(!isQuiet('', '', now));
  assert.ok(!isQuiet('22:00', '', now));
  assert.ok(!isQuiet('99:00', 'noon', now));
});
