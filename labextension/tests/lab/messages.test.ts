import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, test } from 'node:test';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { InstanceEvent, StatusEvent } from '../../src/lab/events.ts';
import { EventMessages } from '../../src/lab/eventmessages.ts';
import { Messages } from '../../src/lab/messages.ts';
import { type Stop, stopsIn } from '../../src/lab/stops.ts';
import { now, type DatedReading, setLanguage } from '../../src/panel/index.ts';
import { FakeClock } from '../support.ts';
import { bundleOf, ENGLISH, FakeServer, MINUTE, RULE } from './lab.ts';

/** JupyterLab cuts a notification there. */
const MOST = 140;
const NAME = `training-${'x'.repeat(48)}-v1.2.3`;
const CATALOGUE = '../jupyter_dsw/locale/zh_CN/LC_MESSAGES/jupyter_dsw.json';

const english = new Messages(ENGLISH);
const englishEvents = new EventMessages(ENGLISH);
let clock: FakeClock;
let server: FakeServer;

beforeEach(() => {
  clock = new FakeClock();
  clock.install();
  server = new FakeServer();
});

afterEach(() => {
  setLanguage('en');
});

async function chinese(): Promise<TranslationBundle> {
  const entries = Object.entries(JSON.parse(await readFile(CATALOGUE, 'utf8')) as object).slice(1);
  const texts = entries.map(([text, [translation]]: [string, [string]]) => [text, translation]);
  return bundleOf(Object.fromEntries(texts) as Record<string, string>);
}

const reading = (): DatedReading => ({ ...server.reading(), at: now() });
const plain = (text: string) => text.replace(/\u00a0/g, ' ');

/** A moment as it is shown, that many minutes from now. */
function timeIn(minutes: number): string {
  const date = new Date(Date.now() + minutes * MINUTE);
  const time = [date.getHours(), date.getMinutes()].map(one => String(one).padStart(2, '0'));
  return time.join(':');
}

/** The one stop of the server's next reading. */
function only(from: DatedReading): Stop {
  const [stop] = stopsIn(from);
  assert.ok(stop);
  return stop;
}

const status = (change: Partial<StatusEvent>): StatusEvent => ({
  kind: 'status',
  key: '',
  status: 'Stopping',
  reason: '',
  first: true,
  ...change,
});

test('a warning has the moment of the stop, and what counts as use', async () => {
  server.stopIn(30);
  const scheduled = reading();
  await clock.pass(20);
  assert.match(
    plain(english.warning(only(scheduled), scheduled)),
    new RegExp(`^Scheduled stop at ${timeIn(30)} \\(UTC.*\\), in 29 min\\.$`),
  );
  server.due = null;
  server.idle = { minutes: 51, limit: 60 };
  const idle = reading();
  assert.match(
    plain(english.warning(only(idle), idle)),
    /^Idle stop at .*, in 9 min\. Typing does not count as use; CPU over 20 % does\.$/,
  );
  assert.equal(english.details(only(scheduled), scheduled)[2], '');
});

test('on an instance with GPUs their use counts too', () => {
  server.idle = { minutes: 51, limit: 60 };
  const [idle] = server.reading().stops;
  assert.ok(idle);
  server.change = { stops: [{ ...idle, rule: { ...RULE, gpu_percent: 5 } }] };
  const gpu = reading();
  assert.equal(
    plain(english.details(only(gpu), gpu)[2] ?? ''),
    'Typing does not count as use; CPU over 20 % or GPU over 5 % does.',
  );
});

test('what is not saved, and what is still running, is named', () => {
  assert.equal(english.unsaved([]), 'Everything is saved.');
  assert.equal(english.unsaved(['a.ipynb', 'b.py']), 'Not saved: a.ipynb, b.py');
  assert.equal(english.unsaved(['a', 'b', 'c', 'd', 'e', 'f']), 'Not saved: a, b, c, d and 2 more');
  assert.equal(english.busy([]), '');
  assert.equal(english.busy([{ name: 'train.ipynb', forMs: null }]), 'Busy kernels: train.ipynb');
  assert.equal(
    plain(english.busy([{ name: 'train.ipynb', forMs: 12 * MINUTE }])),
    'Busy kernels: train.ipynb (for at least 12 min)',
  );
  assert.equal(
    english.saved({ saved: ['a.ipynb'], failed: ['b.py'], pending: ['c.py'] }),
    'Saved: a.ipynb\nCould not be saved: b.py\nStill being saved: c.py',
  );
});

test('when the server stopped responding, a message has that, and which stop was how far away', async () => {
  server.idle = { minutes: 30, limit: 60 };
  const last = reading();
  await clock.pass(MINUTE);
  const outage = { last, since: Date.now() - 5000, lasted: 5000 };
  const [text, saved] = plain(englishEvents.serverGone(outage, ['a.ipynb'])).split('\n');
  const time = timeIn(-5 / 60);
  assert.match(
    text ?? '',
    new RegExp(
      `^The Jupyter server stopped responding at ${time} \\(UTC.*\\), 29 min before the idle stop\\.$`,
    ),
  );
  assert.equal(saved, 'Unsaved changes are still in this page: a.ipynb');
});

test('a server that goes when a stop is due goes "when it was due", and one without a stop just goes', async () => {
  server.stopIn(5);
  const last = reading();
  await clock.pass(4.5 * MINUTE);
  assert.match(
    englishEvents.serverGone({ last, since: Date.now(), lasted: 0 }, []),
    /, when the scheduled stop was due\.\nEverything is saved\.$/,
  );
  server.due = null;
  const none = { last: reading(), since: Date.now(), lasted: 0 };
  assert.match(
    englishEvents.serverGone(none, []),
    /stopped responding at .*\. No stop was due\.\n/,
  );
});

test('a stop is reported with its cause, as far as that is known', () => {
  server.stopIn(0);
  const scheduled = only(reading());
  const idle = { ...scheduled, kind: 'idle', rule: RULE } as const;
  const text = (change: Partial<StatusEvent>, cause: Stop | null) =>
    plain(englishEvents.event(status(change), cause, null)).replace(
      /\d\d:\d\d \(UTC[^)]*\)/,
      'TIME',
    );
  assert.equal(text({}, scheduled), 'The instance is stopping, as scheduled for TIME.');
  assert.equal(text({}, idle), 'The instance is stopping, after 60 idle minutes.');
  assert.equal(text({}, null), 'The instance is no longer running: Stopping.');
  assert.equal(text({ status: 'Stopped' }, scheduled), 'Stopped at TIME, as scheduled.');
  assert.equal(text({ status: 'Stopped' }, idle), 'Stopped at TIME, after 60 idle minutes.');
  assert.equal(text({ status: 'Stopped' }, null), 'The instance was stopped at TIME.');
  assert.equal(
    text({ status: 'Failed', reason: 'no stock' }, null),
    'The instance is no longer running: Failed. Reason: no stock',
  );
});

test('a name that is cut has its beginning and its end, and the reason its beginning', () => {
  const text = englishEvents.event(NOT_SAVED, null, null);
  assert.match(text, /^Image not saved: training-x+…x*-v1\.2\.3\. Quota\. why/);
});

test('a name cannot turn a message around', () => {
  const disk = { kind: 'disk', key: '', path: '/mnt/\u202egnp.exe', part: 0.95 } as const;
  assert.equal(
    plain(englishEvents.event(disk, null, null)),
    'Disk /mnt/\ufffdgnp.exe is 95 % full.',
  );
});

test('a node error has the time of the move, however old the reading is', async () => {
  const old = { ...server.reading(), age_ms: 10_000, at: now() };
  const node = { kind: 'node', key: '', seconds: 100 } as const;
  const first = englishEvents.event(node, null, old);
  assert.ok(first.includes(timeIn(1.5)), first);
  await clock.pass(30_000);
  assert.equal(englishEvents.event(node, null, old), first);
});

const NOT_SAVED: InstanceEvent = {
  kind: 'snapshot',
  key: '',
  name: NAME,
  saved: false,
  reason: `Quota. ${'why '.repeat(100)}`,
};
const SESSION = { kind: 'session', key: '', ended: Date.parse('2026-10-23T13:00:00Z') } as const;
const EVENTS: InstanceEvent[] = [
  ...(['idle', 'scheduled', 'person', 'debt', 'failure', 'other', null] as const).flatMap(by =>
    ['', `Quota. ${'why '.repeat(100)}`].map(reason => ({ ...SESSION, by, reason })),
  ),
  status({ status: 'ResourceAllocating', reason: NOT_SAVED.reason }),
  status({ status: NAME, reason: NOT_SAVED.reason }),
  { kind: 'snapshot', key: '', name: NAME, saved: true, reason: '' },
  { ...NOT_SAVED, reason: '' },
  NOT_SAVED,
  { kind: 'disk', key: '', path: `/mnt/${NAME}`, part: 0.987 },
  { kind: 'node', key: '', seconds: 86_400 },
];

/** Readings of stops that take many characters to show. */
function long(): DatedReading[] {
  server.stopIn(40 * 24 * 60 + 23 * 60);
  // Longer by a word.
  const source = { ...server.reading().source, simulated: true };
  server.change = { source };
  const scheduled = reading();
  server.due = null;
  server.idle = { minutes: 1, limit: 47 * 60 };
  const [idle] = server.reading().stops;
  assert.ok(idle);
  const rule = { ...idle.rule, cpu_percent: 100, gpu_percent: 100 };
  server.change = { source, stops: [{ ...idle, rule }] };
  return [scheduled, reading()];
}

for (const language of ['en', 'zh-CN']) {
  test(`every notification fits, with long names (${language})`, async () => {
    const trans = language === 'en' ? ENGLISH : await chinese();
    const [messages, events] = [new Messages(trans), new EventMessages(trans)];
    setLanguage(language);
    const readings = long();
    const warnings = readings.map(one => messages.warning(only(one), one));
    const causes = [null, ...readings.map(only)];
    const stopped = ['Stopping', 'Stopped'].flatMap(one =>
      causes.map(cause => events.event(status({ status: one }), cause, readings[0] ?? null)),
    );
    const happened = EVENTS.map(one => events.event(one, null, readings[0] ?? null));
    const texts = [...warnings, ...stopped, ...happened];
    assert.equal(texts.length, 29);
    for (const text of texts) {
      // India's and Nepal's offsets have up to six characters more than UTC's.
      const spare = text.includes('(UTC') ? 6 : 0;
      assert.ok(text.length + spare <= MOST, `${String(text.length)}: ${text}`);
    }
  });
}

test('a simulated instance is shown as one, a real one is not', () => {
  for (const simulated of long()) {
    assert.match(english.warning(only(simulated), simulated), /^Simulated: (Idle|Scheduled) stop/);
    assert.match(englishEvents.event(NOT_SAVED, null, simulated), /^Simulated: Image not saved/);
    const source = { ...simulated.source, simulated: false };
    const real = { ...simulated, source };
    assert.match(english.warning(only(real), real), /^(Idle|Scheduled) stop/);
  }
});
