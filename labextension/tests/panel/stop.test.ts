import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { draw, textOf } from './rendering.ts';
import type { Reading, Stop } from '../../src/panel/contract.ts';
import { setLanguage } from '../../src/panel/i18n.ts';
import { announcement } from '../../src/panel/screenreader.ts';
import { publishThresholds, urgencyOf } from '../../src/panel/stops.ts';
import { stop, urgency } from '../../src/panel/views/stop.ts';
import { readingNamed, viewModelOf } from '../support.ts';

const MINUTE = 60_000;
beforeEach(() => {
  setLanguage('en');
});

const shown = (reading: Reading, elapsed = 0) => textOf(stop(viewModelOf(reading, elapsed)));

/** The reading of that name, with a change of its first stop. */
function withFirst(name: string, change: Partial<Stop>): Reading {
  const reading = readingNamed(name);
  const [first, ...others] = reading.stops;
  assert.ok(first);
  return { ...reading, stops: [{ ...first, ...change }, ...others] };
}

test('an instance with a GPU has both thresholds', () => {
  assert.match(
    shown(readingNamed('idle')),
    /29 min Idle stop · set on this instance idle for 30 of 60 min; stops unless CPU reaches 20 % or GPU reaches 10 %/,
  );
});

test('an instance without a GPU has one', () => {
  assert.match(
    shown(readingNamed('soon')),
    /3 min Idle stop · .* idle for 57 of 60 min; stops unless CPU reaches 20 %/,
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
  assert.match(shown(readingNamed('soon'), MINUTE), /2 min Idle stop · .* idle for 58 of 60 min/);
});

test('both stops are shown, the nearer one first', () => {
  assert.match(
    shown(readingNamed('soon')),
    /^Next stop 3 min .* Scheduled stop · shutdown timer of this instance · in 3 h 3 min · \d{4}-\d\d-\d\d \d\d:\d\d \(UTC/,
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
    /None while in use Idle stop · set on this instance stops after 60 min idle, with CPU below 20 % and GPU below 10 %/,
  );
});

test('an instance that has stopped has no next stop', () => {
  assert.equal(shown(readingNamed('stopped')), '');
});

test('next to a scheduled stop the idle timer shows what it waits for', () => {
  assert.match(
    shown(readingNamed('scheduled')),
    /^Next stop 1 d 3 h Scheduled stop · .* scheduled for .* Idle stop · .* · stops after 60 min idle/,
  );
});

test('a scheduled stop whose time could not be read is a stop of unknown time, not none', () => {
  const reading = readingNamed('time unknown');
  assert.match(
    shown(reading),
    /^Next stop Time unknown Scheduled stop · .* time unknown, see the PAI console Idle stop/,
  );
  assert.doesNotMatch(shown(reading), /None/);
});

test('an idle stop whose time could not be read is shown next to a scheduled one', () => {
  const { stops } = readingNamed('scheduled');
  const [scheduled, idle] = stops;
  assert.ok(scheduled && idle);
  const unknown = { ...idle, state: 'unknown' as const, idle_minutes: null };
  assert.match(
    shown({ ...readingNamed('scheduled'), stops: [scheduled, unknown] }),
    /^Next stop 1 d 3 h .* Idle stop · .* stops after 60 min idle; time unknown, see the PAI console/,
  );
});

test('a stop shows who decided on it', () => {
  const by = (decided_by: Stop['decided_by']) => shown(withFirst('idle', { decided_by }));
  assert.match(by('instance'), /Idle stop · set on this instance/);
  assert.match(by('workspace'), /Idle stop · policy of the workspace/);
  assert.match(by('user'), /Idle stop · set by a user/);
  assert.match(by('system'), /Idle stop · set by the platform/);
  assert.match(by('unknown'), /Idle stop · unknown who set it/);
});

test('all stops are shown, the nearest in large figures, each with its rule', () => {
  assert.match(
    shown(readingNamed('policies')),
    new RegExp(
      [
        '^Next stop 24 min Idle stop · policy of the workspace stops after 60 min idle, with CPU below 20 % .*',
        'Scheduled stop · shutdown timer of this instance · in 3 h 3 min · .*',
        'Scheduled stop · set by the platform · RunningDuration > 24 h AND InstanceType = "free" ',
        'Idle stop · set on this instance · stops after 120 min idle, with CPU below 20 %',
      ].join(''),
    ),
  );
});

test('a stop that can be skipped leads to the console, and one that was put off shows it', () => {
  const view = draw(stop(viewModelOf(readingNamed('policies'))));
  assert.match(view.textContent, /It has been delayed\./);
  // It has been idle for longer than its rule has it: there is no part of that.
  assert.equal(view.querySelector('.bar'), null);
  const url = view.querySelector('.stop a')?.getAttribute('href') ?? '';
  assert.match(url, /^https:\/\/pai\.console\.aliyun\.com\/\?regionId=cn-hangzhou&workspaceId=/);
  assert.equal(view.querySelector('.stop a')?.textContent.trim(), 'Skip it in the console');
  assert.equal(draw(stop(viewModelOf(readingNamed('idle')))).querySelector('a'), null);
});

test('a rule that is not understood is shown as it was written', () => {
  const expression = 'IdleDuration > 1 fortnight';
  const rule = { max_idle_minutes: null, cpu_percent: null, gpu_percent: null, expression };
  assert.match(shown(withFirst('idle', { rule })), /IdleDuration > 1 fortnight/);
});

test('no stop is a claim only where policies were read', () => {
  assert.equal(shown(readingNamed('no timers')), 'Next stop None planned No stop is set.');
  assert.equal(
    shown(readingNamed('no stop known')),
    'Next stop None known No stop is known. Stop policies of the workspace are not visible here.',
  );
  assert.match(
    shown({ ...readingNamed('no stop known'), stop_policies: 'off' }),
    /None known No stop is known. Stop policies of the workspace are not read: a setting turns/,
  );
});

test('policies that are not visible are named next to a stop that is known', () => {
  const hidden = { ...readingNamed('idle'), stop_policies: 'not_available' } as const;
  assert.match(shown(hidden), /Stop policies of the workspace are not visible here\.$/);
  assert.doesNotMatch(shown(readingNamed('idle')), /policies/);
});

test('the thresholds of warnings follow the rule of the stop that is next', () => {
  // After 20 idle minutes it stops: a threshold of 30 minutes does not apply to it.
  const rule = { max_idle_minutes: 20, cpu_percent: 20, gpu_percent: null, expression: null };
  const reading = withFirst('idle', { rule, remaining_ms: 19 * MINUTE });
  assert.equal(urgency(viewModelOf(reading)), 'none');
  assert.equal(urgency(viewModelOf(reading, 9 * MINUTE)), 'near');
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
  const why = draw(stop(viewModelOf(readingNamed('idle')))).querySelector('.figures + p + p');
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
