import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stop } from '../src/countdown.ts';
import { isQuiet } from '../src/quiet.ts';
import { decide, isSameStop } from '../src/warnings.ts';

const MINUTE = 60_000;
const DUE = Date.parse('2026-11-23T21:00:00Z');
const THRESHOLDS = { toasts: [30 * MINUTE, 10 * MINUTE], dialog: 2 * MINUTE };

const stopIn = (minutes: number, due = DUE): Stop => ({
  instance: 'dsw-1',
  kind: 'idle',
  left: minutes * MINUTE,
  due,
});
const shown = (minutes: number, due = DUE) => ({
  instance: 'dsw-1',
  due,
  threshold: minutes * MINUTE,
});

test('nothing is due before the first threshold, and it says when to look again', () => {
  assert.deepEqual(decide(stopIn(45), THRESHOLDS, []), { due: null, nextIn: 15 * MINUTE });
});

test('toasts come at their thresholds, the dialog at its own', () => {
  const forms = [30, 10, 2].map(minutes => decide(stopIn(minutes), THRESHOLDS, []).due);
  assert.deepEqual(forms, [
    { form: 'toast', threshold: 30 * MINUTE },
    { form: 'toast', threshold: 10 * MINUTE },
    { form: 'dialog', threshold: 2 * MINUTE },
  ]);
});

test('what was shown is not due again', () => {
  assert.deepEqual(decide(stopIn(20), THRESHOLDS, [shown(30)]), {
    due: null,
    nextIn: 10 * MINUTE,
  });
});

test('one that was missed is due at once, and only the nearest', () => {
  assert.equal(decide(stopIn(7), THRESHOLDS, []).due?.threshold, 10 * MINUTE);
  assert.equal(decide(stopIn(7), THRESHOLDS, [shown(10)]).due, null);
});

test('a stop that was moved is another stop', () => {
  const moved = stopIn(9, DUE + 60 * MINUTE);
  assert.equal(decide(moved, THRESHOLDS, [shown(10)]).due?.threshold, 10 * MINUTE);
});

test('a stop whose moment is off by a minute of idle time is the same', () => {
  assert.ok(isSameStop(stopIn(30), stopIn(30, DUE + MINUTE)));
  assert.ok(!isSameStop(stopIn(30), stopIn(30, DUE + 5 * MINUTE)));
  assert.ok(!isSameStop(stopIn(30), { ...stopIn(30), instance: 'dsw-2' }));
});

test('a reminder is due when it was asked for, of that stop only', () => {
  const reminders = [shown(24)];
  assert.equal(decide(stopIn(25), THRESHOLDS, [shown(30)], reminders).due, null);
  assert.equal(decide(stopIn(25), THRESHOLDS, [shown(30)], reminders).nextIn, MINUTE);
  assert.equal(decide(stopIn(24), THRESHOLDS, [shown(30)], reminders).due?.threshold, 24 * MINUTE);
  const moved = stopIn(24, DUE + 60 * MINUTE);
  assert.equal(decide(moved, THRESHOLDS, [], reminders).due?.threshold, 30 * MINUTE);
});

test('what is due below the dialog’s threshold is a dialog too', () => {
  const thresholds = { toasts: [2 * MINUTE, MINUTE], dialog: 2 * MINUTE };
  assert.equal(decide(stopIn(2), thresholds, []).due?.form, 'dialog');
  assert.equal(decide(stopIn(1), thresholds, [shown(2)]).due?.form, 'dialog');
});

test('a dialog that is switched off never comes', () => {
  assert.equal(decide(stopIn(0), { toasts: [], dialog: 0 }, []).due, null);
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
