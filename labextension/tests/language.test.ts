import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageOf } from '../src/panel/language.ts';

const words = { Running: '运行中', 'and %1 more': '另有 %1 项', '%1 of %2': '%2 中的 %1' };
const running = (tag: string) => languageOf(tag, words).t('Running');

test('every tag of simplified Chinese gets Chinese', () => {
  for (const tag of ['zh', 'zh-CN', 'zh_CN', 'zh-Hans-CN', 'ZH-cn', 'zh-SG']) {
    assert.equal(running(tag), '运行中', tag);
  }
});

test('traditional Chinese and all other languages get English', () => {
  for (const tag of ['zh-TW', 'zh-Hant', 'zh_HK', 'en', 'de-DE', '']) {
    assert.equal(running(tag), 'Running', tag);
  }
});

test('a language without texts gets English formats, so that one line is in one language', () => {
  assert.equal(languageOf('de-DE', words).code, 'en');
  assert.equal(languageOf('en-GB', words).code, 'en-GB');
});

test('placeholders are filled in the order of the translation', () => {
  assert.equal(languageOf('zh-CN', words).t('%1 of %2', 3, 5), '5 中的 3');
});

test('a text without a translation stays English', () => {
  assert.equal(languageOf('zh-CN', words).t('Later: %1', 'x'), 'Later: x');
});
