import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  duration,
  memory,
  moment,
  setLanguage,
  t,
  textFor,
  translateBy,
  untilTextChanges,
} from '../../src/panel/i18n.ts';

const running = (tag: string) => {
  setLanguage(tag);
  return t('Next stop');
};

test('every tag of simplified Chinese gets Chinese', () => {
  for (const tag of ['zh', 'zh-CN', 'zh_CN', 'zh-Hans-CN', 'ZH-cn', 'zh-SG']) {
    assert.equal(running(tag), '下次停机', tag);
  }
});

test('traditional Chinese and all other languages get English', () => {
  for (const tag of ['zh-TW', 'zh-Hant', 'zh_HK', 'en', 'de-DE', '']) {
    assert.equal(running(tag), 'Next stop', tag);
  }
});

test('placeholders are filled in the order of the translation', () => {
  setLanguage('zh-CN');
  assert.equal(t('%1 of %2\n%2 中的 %1', 3, 5), '5 中的 3');
});

test('a value that looks like a placeholder is left alone', () => {
  setLanguage('en');
  assert.equal(t('%1 and %2', '%2', 'b'), '%2 and b');
});

test('a text without a translation stays English', () => {
  setLanguage('zh-CN');
  assert.equal(t('Later: %1', 'x'), 'Later: x');
});

test('a name without a text is shown as it is', () => {
  const texts = { RW: 'read-write' };
  assert.equal(textFor('RW', texts), 'read-write');
  for (const name of ['R', 'constructor', '__proto__']) assert.equal(textFor(name, texts), name);
  assert.equal(textFor('', texts), '—');
  assert.equal(textFor(undefined, texts), '—');
});

test('texts come from elsewhere once something else translates', context => {
  const own = t;
  context.after(() => {
    translateBy(own);
  });
  translateBy((text, ...values) => [text, ...values].join('|'));
  assert.equal(t('Later: %1', 'x'), 'Later: %1|x');
});

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
