import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meaningOf, type Server } from '../../src/panel/server.ts';
import { readingNamed } from '../support.ts';

const json = (body: unknown, status: number) => new Response(JSON.stringify(body), { status });
const html = (status: number) => new Response('<html>nginx</html>', { status });
/** A redirect that was not followed: all that a script may know of it. */
function redirect(): Response {
  return Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' });
}

const UNKNOWN: Server = { known: false, expected: false, hub: false };
const KNOWN: Server = { known: true, expected: true, hub: false };
const HUB: Server = { ...KNOWN, hub: true };

test('a reading is one whatever its status', async () => {
  for (const status of [200, 403, 404, 429, 502, 503, 504]) {
    const reading = readingNamed('never read');
    assert.deepEqual(await meaningOf(json(reading, status), UNKNOWN), reading);
  }
});

test('a person who is signed out is another one than who may not', async () => {
  assert.equal(await meaningOf(json({ message: 'Forbidden.' }, 403), KNOWN), 'signed-out');
  assert.equal(await meaningOf(html(401), KNOWN), 'signed-out');
  for (const server of [KNOWN, UNKNOWN]) {
    const forbidden = json({ message: 'Forbidden.', code: 'NotPermitted' }, 403);
    assert.equal(await meaningOf(forbidden, server), 'not-permitted');
  }
});

test('whatever a server without jupyter-dsw responds, it has no jupyter-dsw', async () => {
  const responses = [200, 401, 403, 404, 405, 500, 502].map(html);
  for (const response of [...responses, redirect(), json({ message: 'Forbidden' }, 403)]) {
    assert.equal(await meaningOf(response, UNKNOWN), 'absent');
  }
});

test('with the labextension, a gateway’s error of the first request is no sign of that', async () => {
  const server = { ...UNKNOWN, expected: true };
  for (const status of [424, 502, 503, 504]) {
    assert.equal(await meaningOf(html(status), server), 'server-gone');
  }
  for (const status of [200, 403, 404, 405]) {
    assert.equal(await meaningOf(html(status), server), 'absent');
  }
});

test('a server that JupyterHub stopped is gone, by redirect or by status', async () => {
  assert.equal(await meaningOf(redirect(), HUB), 'server-gone');
  for (const status of [424, 503]) assert.equal(await meaningOf(html(status), HUB), 'server-gone');
});

test('without JupyterHub a redirect leads to a login page', async () => {
  assert.equal(await meaningOf(redirect(), KNOWN), 'signed-out');
});

test('once it has sent a reading, error pages and cut-off responses come from a proxy', async () => {
  for (const status of [200, 404, 405, 502]) {
    assert.equal(await meaningOf(html(status), KNOWN), 'server-gone');
  }
  assert.equal(await meaningOf(new Response('{"instance": {'), KNOWN), 'server-gone');
  assert.equal(await meaningOf(json(null, 200), KNOWN), 'server-gone');
});
