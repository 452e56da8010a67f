import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clean, cleanJson } from '../src/panel/clean.ts';

test('controls, direction marks, zero-width characters and broken pairs become visible', () => {
  for (const code of [0, 7, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x200b, 0x200f, 0x202e, 0x2028, 0x2067]) {
    assert.equal(clean(`a${String.fromCodePoint(code)}b`), 'a\ufffdb', code.toString(16));
  }
  assert.equal(clean('a\ud83db'), 'a\ufffdb');
  assert.equal(clean('\u{e0041}'), '\ufffd');
});

test('what people write stays as it is', () => {
  for (const text of ['测试 שלום\n\tx', 'naïve e\u0301', 'ก็ที่', '😀', '29\u00a0min']) {
    assert.equal(clean(text), text);
  }
});

test('towers of combining marks are cut', () => {
  assert.equal(clean(`a${'\u0301'.repeat(500)}b`), `a${'\u0301'.repeat(3)}b`);
});

test('all texts of an answer are cleaned, names too, and nothing else changes', () => {
  const json = { 'a\u202e': ['b\u009b', 1, null, true, { c: 'd\u200f' }] };
  assert.deepEqual(cleanJson(json), { 'a\ufffd': ['b\ufffd', 1, null, true, { c: 'd\ufffd' }] });
});

test('a megabyte is cleaned in the time of a page load', () => {
  const begun = performance.now();
  clean(`${'\u202e'.repeat(500_000)}a${'\u0301'.repeat(500_000)}`);
  assert.ok(performance.now() - begun < 2000);
});
