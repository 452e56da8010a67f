import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, test } from 'node:test';
import { nextStop } from '../src/countdown.ts';
import type { InstanceEvent } from '../src/events.ts';
import { now } from '../src/panel/clock.ts';
import { speak } from '../src/panel/language.ts';
import type { Reading } from '../src/panel/reading.ts';
import { Words } from '../src/words.ts';
import { bundleOf, FakeServer, MINUTE } from './lab.ts';
import { FakeClock } from './support.ts';

/** JupyterLab cuts a notification there. */
const MOST = 140;
const NAME = `training-${'x'.repeat(48)}-v1.2.3`;
const CATALOGUE = '../jupyter_dsw/locale/zh_CN/LC_MESSAGES/jupyter_dsw.json';

let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock();
  clock.install();
});

afterEach(() => {
  speak('en');
});

async function chinese(): Promise<Words> {
  const entries = Object.entries(JSON.parse(await readFile(CATALOGUE, 'utf8')) as object).slice(1);
  const texts = entries.map(([text, [translation]]: [string, [string]]) => [text, translation]);
  return new Words(bundleOf(Object.fromEntries(texts) as Record<string, string>));
}

const NOT_SAVED: InstanceEvent = {
  kind: 'snapshot',
  key: '',
  name: NAME,
  saved: false,
  reason: `Quota. ${'why '.repeat(100)}`,
};
const EVENTS: InstanceEvent[] = [
  { kind: 'status', key: '', status: 'ResourceAllocating' },
  { kind: 'status', key: '', status: NAME },
  { kind: 'snapshot', key: '', name: NAME, saved: true, reason: '' },
  NOT_SAVED,
  { kind: 'disk', key: '', path: `/mnt/${NAME}`, part: 0.987 },
  { kind: 'node', key: '', seconds: 86_400 },
];

/** Readings of stops that take many characters to tell. */
function readings(): Reading[] {
  const server = new FakeServer();
  server.stopIn(40 * 24 * 60);
  const answer = server.answer();
  // Longer by a word.
  const scheduled = { ...answer, source: { ...answer.source, simulated: true } };
  const idle = {
    state: 'counting',
    remaining_ms: 23 * 60 * MINUTE + 59 * MINUTE,
    idle_minutes: 1,
    max_idle_minutes: 1440,
    cpu_percent_threshold: 100,
    gpu_percent_threshold: 100,
  } as const;
  const both = scheduled.countdowns;
  assert.ok(both);
  const named = { instance: { InstanceName: NAME } };
  return [
    { answer: { ...scheduled, ...named }, at: now() },
    {
      answer: { ...scheduled, ...named, countdowns: { ...both, idle, next_stop: 'idle' } },
      at: now(),
    },
  ];
}

for (const language of ['en', 'zh-CN']) {
  test(`every notification fits, with long names (${language})`, async () => {
    const words = language === 'en' ? new Words(bundleOf()) : await chinese();
    speak(language);
    const warnings = readings().map(reading => {
      const stop = nextStop(reading);
      assert.ok(stop);
      return words.warning(stop, reading);
    });
    const texts = [...warnings, ...EVENTS.map(one => words.event(one, null)), words.copied(NAME)];
    assert.equal(texts.length, 9);
    for (const text of texts) assert.ok(text.length <= MOST, `${String(text.length)}: ${text}`);
  });
}

test('a name that is cut keeps its beginning and its end, and the reason its beginning', () => {
  const text = new Words(bundleOf()).event(NOT_SAVED, null);
  assert.match(text, /^Image not saved: training-x+…x*-v1\.2\.3\. Quota\. why/);
});

test('a node error tells the time of the move, however old the reading is', async () => {
  const answer = new FakeServer().answer();
  const reading = { answer: { ...answer, age_ms: 10_000 }, at: now() };
  const words = new Words(bundleOf());
  const node = { kind: 'node', key: '', seconds: 60 } as const;
  const first = words.event(node, reading);
  const time = new Date(Date.now() + 50_000).toLocaleTimeString('en');
  assert.ok(first.includes(time), first);
  await clock.pass(30_000);
  assert.equal(words.event(node, reading), first);
});

test('a simulated instance is told as one, a real one is not', () => {
  const words = new Words(bundleOf());
  for (const reading of readings()) {
    const stop = nextStop(reading);
    assert.ok(stop);
    assert.match(words.warning(stop, reading), /^Simulated: This /);
    assert.match(words.event(NOT_SAVED, reading), /^Simulated: Image not saved/);
    assert.match(words.why({ reading, trouble: null, asking: false }), /^Simulated: DSW instance/);
    const source = { ...reading.answer.source, simulated: false };
    const real = { ...reading, answer: { ...reading.answer, source } };
    assert.match(words.warning(stop, real), /^This /);
  }
});
