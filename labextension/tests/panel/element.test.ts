import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyText } from '../../src/panel/element.ts';

/** A document without the clipboard API, whose `copy` command is carried out or refused. */
function documentThat(carriesOut: boolean): EventTarget & { copied: string } {
  const document = Object.assign(new EventTarget(), { copied: '' });
  const clipboardData = { setData: (_: string, text: string) => (document.copied = text) };
  const execCommand = () =>
    carriesOut && document.dispatchEvent(Object.assign(new Event('copy'), { clipboardData }));
  Object.assign(globalThis, {
    document: { execCommand },
    addEventListener: document.addEventListener.bind(document),
    removeEventListener: document.removeEventListener.bind(document),
  });
  return document;
}

test('without the clipboard API a text is copied by the command', async () => {
  const document = documentThat(true);
  assert.equal(await copyText('dsw-1'), true);
  assert.equal(document.copied, 'dsw-1');
});

test('a refused command leaves the next copy to the person', async () => {
  const document = documentThat(false);
  assert.equal(await copyText('dsw-1'), false);
  const next = Object.assign(new Event('copy', { cancelable: true }), {
    clipboardData: { setData: () => assert.fail('it copied ours') },
  });
  document.dispatchEvent(next);
  assert.equal(next.defaultPrevented, false);
});
