import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { draw, textOf } from './rendering.ts';
import type { Countdowns, Reading } from '../../src/panel/contract.ts';
import { setLanguage } from '../../src/panel/i18n.ts';
import { announcement } from '../../src/panel/screenreader.ts';
import { publishThresholds, stop, urgency, urgencyOf } from '../../src/panel/views/stop.ts';
import { readingNamed, viewModelOf } from '../support.ts';

const MINUTE = 60_000;
beforeEach(() => {
  setLanguage('en');
});

const shown = (reading: Reading, elapsed = 0) => textOf(stop(viewModelOf(reading, elapsed)));

function withCountdowns(change: Partial<Countdowns>): Reading {
  const reading = readingNamed('no timers');
  assert.ok(reading.countdowns);
  return { ...reading, countdowns: { ...reading.countdowns, ...change } };
}

test('an instance with a GPU has both thresholds', () => {
  assert.match(
    shown(readingNamed('idle')),
    /29 min idle for 30 of 60 min; stops unless CPU reaches 20 % or GPU reaches 10 %/,
  );
});

test('an instance without a GPU has one', () => {
  assert.match(
    shown(readingNamed('soon')),
    /3 min idle for 57 of 60 min; stops unless CPU reaches 20 %/,
  );
  assert.doesNotMatch(shown(readingNamed('soon')), /GPU/);
});

test('the reason is written in Chinese', () => {
  setLanguage('zh-CN');
  assert.match(shown(readingNamed('soon')), /已空闲 57 \/ 60 分钟；CPU 达到 20% 时不会停机/);
});

test('the time that is left is there once', () => {
  assert.equal(shown(readingNamed('idle')).match(/29 min|30 min/g)?.length, 1);
});

test('the idle minutes go on while the countdown runs', () => {
  assert.match(shown(readingNamed('soon'), MINUTE), /2 min idle for 58 of 60 min/);
});

test('both stops are shown, the nearer one first', () => {
  assert.match(
    shown(readingNamed('soon')),
    /^Next stop 3 min .* Scheduled stop · in 3 h 3 min · \d{4}-\d\d-\d\d \d\d:\d\d \(UTC/,
  );
});

test('a countdown that has ended is never negative', () => {
  assert.match(shown(readingNamed('near'), 49_000), /Stopping any moment now/);
  assert.doesNotMatch(shown(readingNamed('near'), 49_000), /-/);
});

test('a reading from days ago does not claim that the stop comes now', () => {
  assert.match(shown(readingNamed('near'), 49_000 + 6 * 86_400_000), /Was due to stop 6 d ago/);
});

test('an instance in use has no stop before it, and shows the rule', () => {
  assert.match(
    shown(readingNamed('in use')),
    /None while in use stops after 60 min idle, with CPU below 20 % and GPU below 10 %/,
  );
});

test('an instance that has stopped has no next stop', () => {
  assert.equal(shown(readingNamed('stopped')), '');
});

test('next to a scheduled stop the idle timer shows what it waits for', () => {
  assert.match(
    shown(readingNamed('scheduled')),
    /^Next stop 1 d 3 h scheduled for .* Idle stop · stops after 60 min idle/,
  );
});

test('a scheduled stop whose time could not be read is a stop of unknown time, not none', () => {
  const reading = readingNamed('time unknown');
  assert.match(
    shown(reading),
    /^Next stop Time unknown Scheduled stop · time unknown, see the PAI console Idle stop/,
  );
  assert.doesNotMatch(shown(reading), /None/);
});

test('an idle stop whose time could not be read is shown next to a scheduled one', () => {
  const { countdowns } = readingNamed('scheduled');
  assert.ok(countdowns);
  const idle = { ...countdowns.idle, state: 'unknown' as const, remaining_ms: null };
  assert.match(
    shown(withCountdowns({ ...countdowns, idle })),
    /^Next stop 1 d 3 h .* Idle stop · stops after 60 min idle; time unknown, see the PAI console/,
  );
});

test('a stop is near and urgent as on every other surface, and never urgent by an old reading', () => {
  const of = (name: string, elapsed = 0) => urgency(viewModelOf(readingNamed(name), elapsed));
  assert.equal(of('scheduled'), 'none');
  assert.equal(of('idle'), 'near');
  assert.equal(of('soon', MINUTE + 1), 'urgent');
  assert.equal(of('near', 3 * 60 * MINUTE), 'none');
  assert.equal(urgency(viewModelOf(readingNamed('near'), 0, { failure: 'server-gone' })), 'near');
});

test('an announcement changes only as its meaning does', () => {
  const of = (elapsed: number) => announcement(viewModelOf(readingNamed('soon'), elapsed));
  assert.equal(of(0).meaning, of(50_000).meaning);
  assert.notEqual(of(0).meaning, of(61_000).meaning);
  assert.match(of(61_000).text, /^Running\nstops at \d\d:\d\d \(UTC/);
});

test('a stop three hours ago is not announced as ahead', () => {
  const { text, meaning } = announcement(viewModelOf(readingNamed('near'), 3 * 60 * MINUTE));
  assert.match(text, /^Running\nwas due to stop at /);
  assert.equal(meaning, announcement(viewModelOf(readingNamed('near'), 4 * 60 * MINUTE)).meaning);
});

test('no number is parted from its unit by the end of a line, and no moment', () => {
  const why = draw(stop(viewModelOf(readingNamed('idle')))).querySelector('.figures + p');
  assert.match(
    why?.textContent ?? '',
    /60\u00a0min; .*CPU reaches 20\u00a0% or GPU reaches 10\u00a0%/,
  );
  const moment = draw(stop(viewModelOf(readingNamed('scheduled')))).querySelector('.unbroken');
  assert.match(moment?.textContent ?? '', /^2026-11-2[45] \d\d:\d\d \(UTC.*\)$/);
});

test('a stop is near within the largest threshold, and urgent within the dialog', () => {
  assert.equal(urgencyOf(30 * MINUTE + 1), 'none');
  assert.equal(urgencyOf(30 * MINUTE), 'near');
  assert.equal(urgencyOf(2 * MINUTE + 1), 'near');
  assert.equal(urgencyOf(2 * MINUTE), 'urgent');
  assert.equal(urgencyOf(0), 'urgent');
  assert.equal(urgencyOf(null), 'none');
});

test('thresholds at or above the idle limit do not apply to an idle stop', () => {
  assert.equal(urgencyOf(29 * MINUTE, 30), 'none');
  assert.equal(urgencyOf(10 * MINUTE, 30), 'near');
  assert.equal(urgencyOf(9 * MINUTE, 10), 'none');
  assert.equal(urgencyOf(2 * MINUTE, 10), 'urgent');
});

test('the thresholds are the person’s own where they are published', t => {
  t.after(() => {
    publishThresholds({ toastMinutes: [30, 10], dialogMinutes: 2 });
  });
  publishThresholds({ toastMinutes: [60], dialogMinutes: 0 });
  assert.equal(urgencyOf(50 * MINUTE), 'near');
  assert.equal(urgencyOf(MINUTE), 'near');
  publishThresholds({ toastMinutes: [], dialogMinutes: 0 });
  assert.equal(urgencyOf(MINUTE), 'none');
});
