import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeUrl } from '../src/panel/links.ts';

test('https to the hosts of Alibaba Cloud is linked', () => {
  for (const url of [
    'https://dsw-gateway-cn-hangzhou.aliyun.com/dsw-1/lab/',
    'https://pai-dsw.cn-hangzhou.aliyuncs.com/',
    'https://www.alibabacloud.com/help',
    'https://aliyun.com/',
  ]) {
    assert.equal(safeUrl(url), url);
  }
});

test('nothing else is linked', () => {
  for (const url of [
    'http://dsw.aliyun.com/',
    'javascript:alert(1)//aliyun.com',
    'data:text/html,aliyun.com',
    'https://aliyun.com.evil.example/',
    'https://evilaliyun.com/',
    'https://evil.example/aliyun.com',
    'https://evil.example?.aliyun.com',
    'https://aliyun.com@evil.example/',
    'https://aliyun.com:80@evil.example/',
    'https://user:secret@dsw.aliyun.com/',
    'https://dsw.aliyun.com.',
    '//dsw.aliyun.com/',
    '',
  ]) {
    assert.equal(safeUrl(url), null, url);
  }
});

test('browsers before 2023, which have no URL.canParse, link all the same', t => {
  const whole = Object.getOwnPropertyDescriptors(URL);
  Reflect.deleteProperty(URL, 'canParse');
  t.after(() => Object.defineProperties(URL, whole));
  assert.equal(safeUrl('https://aliyun.com/'), 'https://aliyun.com/');
  assert.equal(safeUrl('not a URL'), null);
});
