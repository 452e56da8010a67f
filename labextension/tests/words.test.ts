import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { now } from '../src/panel/clock.ts';
import { Words } from '../src/words.ts';
import { ENGLISH, FakeServer } from './lab.ts';
import { FakeClock } from './support.ts';

const words = new Words(ENGLISH);

beforeEach(() => {
  new FakeClock().install();
});

test('what was copied is named, and fits a notification', () => {
  assert.equal(words.copied('dsw-1'), 'Copied: dsw-1');
  assert.ok(words.copied('x'.repeat(500)).length <= 140);
});

test('a simulated instance is shown as one, a real one is not', () => {
  for (const simulated of [true, false]) {
    const answer = new FakeServer().answer();
    const reading = { answer: { ...answer, source: { ...answer.source, simulated } }, at: now() };
    const why = words.why({ reading, trouble: null, asking: false });
    assert.match(why, simulated ? /^Simulated: DSW instance/ : /^DSW instance/);
  }
});
