import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { duration, memory, moment, untilTextChanges } from '../../src/panel/format.ts';
import { setLanguage } from '../../src/panel/language.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
beforeEach(() => {
  setLanguage('en');
});

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('durations are written in one way on every surface, rounded down, without zeros', () => {
  const write = (ms: number) => plain(duration(ms));
  assert.equal(write(2 * DAY + 3 * HOUR + 59 * MINUTE), '2 d 3 h');
  assert.equal(write(2 * DAY + 59 * MINUTE), '2 d');
  assert.equal(write(DAY - 1), '23 h 59 min');
  assert.equal(write(HOUR + 5 * MINUTE + 9 * SECOND), '1 h 5 min');
  assert.equal(write(2 * HOUR + 59 * SECOND), '2 h');
  assert.equal(write(29 * MINUTE + 59 * SECOND), '29 min');
  assert.equal(write(10 * MINUTE), '10 min');
  assert.equal(write(10 * MINUTE - 1), '9 min 59 s');
  assert.equal(write(9 * MINUTE), '9 min');
  assert.equal(write(89 * SECOND), '1 min 29 s');
  assert.equal(write(59_999), '59 s');
  assert.equal(write(999), '0 s');
  assert.equal(write(-5 * MINUTE), '0 s');
});

test('a countdown is written anew as soon as it reads otherwise, and not before', () => {
  for (const left of [
    3 * DAY + 1,
    HOUR + 5.5 * SECOND,
    10 * MINUTE,
    10 * MINUTE - 1,
    61_500,
    800,
  ]) {
    const wait = untilTextChanges(left);
    assert.equal(duration(left - wait), duration(left), String(left));
    assert.ok(wait < MINUTE);
  }
  assert.equal(untilTextChanges(10 * MINUTE + 500), 500);
  assert.equal(untilTextChanges(61_500), 500);
  assert.equal(untilTextChanges(-5000), 0);
});

test('durations are written in Chinese', () => {
  setLanguage('zh-CN');
  assert.equal(plain(duration(HOUR + 5 * MINUTE)), '1 小时 5 分钟');
});

test('quantities without a unit, with Gi and with GB are all GiB', () => {
  const write = (text: string) => plain(memory(text));
  assert.equal(write('32'), '32 GiB');
  assert.equal(write('8Gi'), '8 GiB');
  assert.equal(write('128GB'), '128 GiB');
  assert.equal(write('512Mi'), '0.5 GiB');
  assert.equal(write('2Ti'), '2,048 GiB');
});

test('a quantity that cannot be read is shown as it came', () => {
  assert.equal(memory('plenty'), 'plenty');
});

test('a time that cannot be read is shown as it came', () => {
  assert.equal(moment('soon'), 'soon');
});

test('a moment has its offset, and its date unless it is today', t => {
  t.after(() => {
    delete process.env.TZ;
  });
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-26T13:30:00Z') });
  process.env.TZ = 'Asia/Shanghai';
  assert.equal(moment('2026-11-26T13:00:00Z'), '21:00 (UTC+8)');
  // A day later there, though the same day in UTC.
  assert.equal(moment('2026-11-26T16:30:00Z'), '2026-11-27 00:30 (UTC+8)');
  process.env.TZ = 'Asia/Kolkata';
  assert.equal(moment('2026-11-26T13:00:00Z'), '18:30 (UTC+5:30)');
  process.env.TZ = 'America/St_Johns';
  assert.equal(moment('2026-11-26T13:00:00Z'), '09:30 (UTC-3:30)');
  process.env.TZ = 'UTC';
  assert.equal(moment('2026-11-26T13:00:00Z'), '13:00 (UTC)');
});
