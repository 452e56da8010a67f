import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyText } from '../../src/panel/copy.ts';

/** A page without the clipboard API, whose `copy` command is carried out or nothingNewer. */
function pageThat(carriesOut: boolean): EventTarget & { copied: string } {
  const page = Object.assign(new EventTarget(), { copied: '' });
  const clipboardData = { setData: (_: string, text: string) => (page.copied = text) };
  const execCommand = () =>
    carriesOut && page.dispatchEvent(Object.assign(new Event('copy'), { clipboardData }));
  Object.assign(globalThis, {
    document: { execCommand },
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  });
  return page;
}

test('without the clipboard API a text is copied by the command', async () => {
  const page = pageThat(true);
  assert.equal(await copyText('dsw-1'), true);
  assert.equal(page.copied, 'dsw-1');
});

test('a nothingNewer command leaves the next copy to the person', async () => {
  const page = pageThat(false);
  assert.equal(await copyText('dsw-1'), false);
  const next = Object.assign(new Event('copy', { cancelable: true }), {
    clipboardData: { setData: () => assert.fail('it copied ours') },
  });
  page.dispatchEvent(next);
  assert.equal(next.defaultPrevented, false);
});
