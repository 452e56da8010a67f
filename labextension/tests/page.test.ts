import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meaningOf } from '../src/panel/sources/page.ts';
import { answerNamed } from './support.ts';

const json = (body: unknown, status: number) => new Response(JSON.stringify(body), { status });
const html = (status: number) => new Response('<html>nginx</html>', { status });

test('an answer is one whatever its status', async () => {
  for (const status of [200, 403, 404, 429, 502, 503, 504]) {
    const answer = answerNamed('never read');
    assert.deepEqual(await meaningOf(json(answer, status), true), answer);
  }
});

test('a refusal of Jupyter itself asks to sign in', async () => {
  assert.equal(await meaningOf(json({ message: 'Forbidden' }, 403), true), 'login');
  assert.equal(await meaningOf(html(401), false), 'login');
});

test('a server that never answered and knows no such route has no jupyter-dsw', async () => {
  assert.equal(await meaningOf(html(404), false), 'absent');
});

test('a 404 of a server that did answer comes from a proxy before it', async () => {
  assert.equal(await meaningOf(html(404), true), 'offline');
});

test('error pages of proxies and cut-off answers are no answers', async () => {
  assert.equal(await meaningOf(html(502), true), 'offline');
  assert.equal(await meaningOf(html(200), true), 'offline');
  assert.equal(await meaningOf(new Response('{"instance": {'), true), 'offline');
  assert.equal(await meaningOf(json(null, 200), true), 'offline');
});
