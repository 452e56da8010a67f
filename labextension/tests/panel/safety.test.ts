import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clean, cleanJson, consoleUrl, safeUrl } from '../../src/panel/safety.ts';

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

test('all texts of a reading are cleaned, names too, and nothing else changes', () => {
  const json = { 'a\u202e': ['b\u009b', 1, null, true, { c: 'd\u200f' }] };
  assert.deepEqual(cleanJson(json), { 'a\ufffd': ['b\ufffd', 1, null, true, { c: 'd\ufffd' }] });
});

test('a megabyte is cleaned in the time of a page load', () => {
  const begun = performance.now();
  clean(`${'\u202e'.repeat(500_000)}a${'\u0301'.repeat(500_000)}`);
  assert.ok(performance.now() - begun < 2000);
});

test('https to consoles, instances and gateways is linked', () => {
  for (const url of [
    'https://pai.console.aliyun.com/?regionId=cn-hangzhou',
    'https://pai.console.alibabacloud.com/',
    'https://cr.console.aliyun.com/repository/cn-hangzhou/nlp/qwen/images',
    'https://dsw-cn-hangzhou.data.aliyun.com/notebook.htm?instance=39772#/',
    'https://dsw.aliyun.com/',
    'https://dsw-gateway-cn-hangzhou.aliyun.com/dsw-1/lab/',
    'https://dsw-gateway-cn-hangzhou.data.aliyun.com/dsw-39772/tty/',
    'https://dsw-gateway-ap-southeast-1.data.alibabacloud.com/dsw-1/ide/',
  ]) {
    assert.equal(safeUrl(url), url);
  }
});

test('nothing else is linked, not even other hosts of Alibaba Cloud', () => {
  for (const url of [
    'https://anybody.oss-cn-hangzhou.aliyuncs.com/page.html',
    'https://pai-dsw.cn-hangzhou.aliyuncs.com/',
    'https://www.alibabacloud.com/help',
    'https://aliyun.com/',
    'https://evil.aliyun.com/',
    'https://dsw-gateway.oss-cn-hangzhou.aliyuncs.com/',
    'https://console.aliyuncs.com/',
    'https://x.dsw-cn-hangzhou.data.aliyun.com/',
    'http://pai.console.aliyun.com/',
    'https://pai.console.aliyun.com:8443/',
    'javascript:alert(1)//pai.console.aliyun.com',
    'data:text/html,pai.console.aliyun.com',
    'https://pai.console.aliyun.com.evil.example/',
    'https://evilconsole.aliyun.com/',
    'https://evil.example/pai.console.aliyun.com',
    'https://evil.example?.console.aliyun.com',
    'https://pai.console.aliyun.com@evil.example/',
    'https://pai.console.aliyun.com:80@evil.example/',
    'https://user:secret@pai.console.aliyun.com/',
    'https://pai.console.aliyun.com./',
    '//pai.console.aliyun.com/',
    '',
  ]) {
    assert.equal(safeUrl(url), null, url);
  }
});

test('an account of the international site has its own console', () => {
  const place = { WorkspaceId: '40823' };
  assert.equal(
    consoleUrl(place, 'cn-hangzhou'),
    'https://pai.console.aliyun.com/?regionId=cn-hangzhou&workspaceId=40823',
  );
  const abroad = {
    ...place,
    JupyterlabUrl: 'https://dsw-gateway-ap-southeast-1.data.alibabacloud.com/dsw-1/lab/',
  };
  assert.equal(
    consoleUrl(abroad, 'ap-southeast-1'),
    'https://pai.console.alibabacloud.com/?regionId=ap-southeast-1&workspaceId=40823',
  );
  assert.equal(consoleUrl({}), 'https://pai.console.aliyun.com/');
});

test('browsers before 2023, which have no URL.canParse, link all the same', t => {
  const whole = Object.getOwnPropertyDescriptors(URL);
  Reflect.deleteProperty(URL, 'canParse');
  t.after(() => Object.defineProperties(URL, whole));
  assert.equal(safeUrl('https://pai.console.aliyun.com/'), 'https://pai.console.aliyun.com/');
  assert.equal(safeUrl('not a URL'), null);
});
