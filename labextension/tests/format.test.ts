import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { duration, durationParts, memory, minutes, moment } from '../src/panel/format.ts';
import { speak } from '../src/panel/language.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
beforeEach(() => {
  speak('en');
});

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('durations have their two largest units, without zeros at the end', () => {
  const write = (ms: number) => plain(duration(ms));
  assert.equal(write(0), '0 s');
  assert.equal(write(45 * SECOND), '45 s');
  assert.equal(write(5 * MINUTE), '5 min');
  assert.equal(write(HOUR + 5 * MINUTE + 9 * SECOND), '1 h 5 min');
  assert.equal(write(2 * DAY), '2 d');
});

test('durations are rounded down, so that no stop is promised too late', () => {
  assert.equal(plain(duration(59_999)), '59 s');
});

test('durations are written in Chinese', () => {
  speak('zh-CN');
  assert.equal(plain(duration(HOUR + 5 * MINUTE)), '1 小时 5 分钟');
});

test('a timer that counts minutes is never said to have none left', () => {
  assert.equal(plain(minutes(30 * MINUTE)), '30 min');
  assert.equal(plain(minutes(1)), '1 min');
});

test('a countdown has seconds below a day and none above', () => {
  const units = (ms: number) => durationParts(ms).map(([, unit]) => unit);
  assert.deepEqual(units(HOUR), ['h', 'min', 's']);
  assert.deepEqual(units(3 * MINUTE), ['min', 's']);
  assert.deepEqual(units(DAY), ['d', 'h', 'min']);
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

test('times are written as each language does', () => {
  assert.match(moment('2026-11-23T13:00:00Z'), /Nov 2[34], 2026/);
  speak('zh-CN');
  assert.match(moment('2026-11-23T13:00:00Z'), /2026年11月2[34]日/);
});
