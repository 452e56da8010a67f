import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setLanguage, t, textFor, translateBy } from '../../src/panel/language.ts';

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

test('texts come from elsewhere once something else translates', () => {
  translateBy((text, ...values) => [text, ...values].join('|'));
  assert.equal(t('Later: %1', 'x'), 'Later: %1|x');
});
