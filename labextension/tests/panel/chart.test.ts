import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { draw, textOf } from './rendering.ts';
import { FIXTURES } from '../../gallery/fixtures.ts';
import type { Reading, Session, Stop, Utilization } from '../../src/panel/contract.ts';
import { setLanguage } from '../../src/panel/i18n.ts';
import { now } from '../../src/panel/reading.ts';
import type { Usage } from '../../src/panel/usage.ts';
import { chart } from '../../src/panel/views/chart.ts';
import { history } from '../../src/panel/views/history.ts';
import { idleNow, isIdle } from '../../src/panel/views/utilization.ts';
import type { ViewModel } from '../../src/panel/viewmodel.ts';
import { readingNamed, viewModelOf } from '../support.ts';

const NOW = '2026-11-23T13:00:00Z';

beforeEach(() => {
  setLanguage('en');
});

const usage = (samples = FIXTURES.measured?.samples ?? []): Usage => ({
  samples,
  now: NOW,
  between_ms: 60_000,
  sent: now(),
});

const model = (change: Partial<ViewModel> = {}, reading = readingNamed('measured')) =>
  viewModelOf(reading, 0, { usage: usage(), ...change });

test('a chart has a line each of CPU and GPU, both thresholds, a band and the stop and start', () => {
  const view = draw(chart(model()));
  const paths = [...view.querySelectorAll('path')].map(path => path.getAttribute('class'));
  assert.deepEqual(paths, [
    'idle',
    'threshold cpu',
    'threshold gpu',
    'gpu line',
    'gpu dots',
    'cpu line',
    'cpu dots',
    'mark began',
    'mark ended',
  ]);
  const d = (name: string) => view.querySelector(`path.${name}`)?.getAttribute('d') ?? '';
  // 20 % is a fifth from below.
  assert.equal(d('threshold.cpu'), 'M0 80.0H1000');
  // Both lines have one gap: the instance was stopped.
  assert.deepEqual(
    ['cpu.line', 'gpu.line'].map(name => d(name).match(/M/g)?.length),
    [2, 2],
  );
  assert.equal(d('dots'), '');
  // Idle for 31 of 180 minutes, up to the end.
  const [left = 0, right = 0] = (d('idle').match(/[\d.]+/g) ?? []).map(Number).filter(x => x > 100);
  assert.ok(Math.abs(left - (1000 * 149) / 180) < 6, `${left}`);
  assert.ok(right > 998);
});

test('the newest values are shown, and those of the moment that a person points at', () => {
  assert.match(textOf(chart(model())), /2026-11-23 1[^·]* CPU 3 % GPU 0 % idle for 31 min/);
  const pointed = Date.parse('2026-11-23T12:00:10Z');
  const view = draw(chart(model({ pointed })));
  assert.match(textOf(chart(model({ pointed }))), /GPU \d\d % idle for 0 min/);
  assert.ok(view.querySelector('path.cursor'));
  const plot = view.querySelector('[role=slider]');
  assert.match(plot?.getAttribute('aria-valuetext') ?? '', /^2026-11-2\d .* · CPU \d\d.% · GPU/);
  assert.equal(plot?.getAttribute('aria-valuemax'), '149');
  assert.equal(plot.getAttribute('aria-valuenow'), '89');
});

test('one sample is a dot, none is an announcement of the first, and no source is no chart', () => {
  const [first] = usage().samples;
  assert.ok(first);
  const one = draw(chart(model({ usage: usage([{ ...first, at: NOW }]) })));
  assert.match(one.querySelector('.cpu.dots')?.getAttribute('d') ?? '', /^M\S+ \S+h0$/);
  assert.match(textOf(chart(model({ usage: usage([]) }))), /The first values come within a minute/);
  assert.equal(textOf(chart(model({ usage: null }))), '');
  const unknown = { ...first, cpu_percent: null, gpu_percent: null };
  assert.equal(textOf(chart(model({ usage: usage([unknown, unknown]) }))), '');
});

test('without a GPU there is no line, no threshold and no column of one', () => {
  const samples = usage().samples.map(one => ({ ...one, gpu_percent: null }));
  const opened = new Set(['usage']);
  const view = chart(model({ usage: usage(samples), opened }, readingNamed('soon')));
  assert.doesNotMatch(textOf(view), /GPU \d/);
  assert.equal(draw(view).querySelector('.threshold.gpu'), null);
  const columns = [...draw(view).querySelectorAll('thead th')].map(one => one.textContent.trim());
  assert.deepEqual(columns, ['From', 'CPU', 'Idle']);
});

test('the table has a row of ten minutes, and is made only while it is open', () => {
  assert.equal(draw(chart(model())).querySelector('table'), null);
  const rows = draw(chart(model({ opened: new Set(['usage']) }))).querySelectorAll('tbody tr');
  assert.ok(rows.length >= 15 && rows.length <= 17, `${rows.length}`);
  assert.match(rows[0]?.textContent.replace(/\s+/g, ' ') ?? '', /\(UTC.*\) 3.%0.%31.min/);
});

const measured = (cpu: number | null, gpu: number | null = null): Utilization => ({
  cpu_percent: cpu,
  gpu_percent: gpu,
  gpu_percents: gpu === null ? [] : [gpu],
  cpu_cores: 8,
  measured_for_ms: 60_000,
});

function shown(utilization: Utilization | null, change: Partial<Stop> = {}): string {
  const reading = readingNamed('idle');
  const stops = reading.stops.map(stop => ({ ...stop, ...change }));
  return textOf(idleNow(viewModelOf({ ...reading, stops, utilization })));
}

const HERE = 'Measured in this container; what the platform measures is not documented.';

test('what is measured stands next to its thresholds, with what follows', () => {
  assert.equal(
    shown(measured(7, 0)),
    `CPU 7 % (stops below 20 %), GPU 0 % (stops below 10 %): counts as idle. ${HERE}`,
  );
  assert.match(
    shown(measured(64, 0), { state: 'armed', remaining_ms: null, idle_minutes: 0 }),
    /^CPU 64 % \(stops below 20 %\), .*: busy, the idle timer does not run\. Measured/,
  );
});

test('just below a threshold does not look as if it were reached', () => {
  assert.match(shown(measured(19.96, 0)), /^CPU 19 % \(stops below 20 %\).* counts as idle/);
  assert.match(shown(measured(20, 0)), /^CPU 20 % \(stops below 20 %\).*: busy/);
});

test('what the platform counts is shown where it disagrees', () => {
  assert.match(shown(measured(71, 0)), /busy, .* The platform has counted 30 min of idleness/);
  assert.match(
    shown(measured(7, 0), { state: 'armed', remaining_ms: null, idle_minutes: 0 }),
    /counts as idle\. The platform does not count it as idle so far\./,
  );
  assert.doesNotMatch(shown(measured(7, 0)), /platform (has|does)/);
});

test('what is not known makes no verdict', () => {
  const rule = { max_idle_minutes: 60, cpu_percent: 20, gpu_percent: 10, expression: null };
  assert.equal(isIdle(measured(7), rule), null);
  assert.equal(isIdle(measured(null, 5), rule), null);
  assert.equal(isIdle(measured(30), rule), false);
  assert.equal(isIdle(measured(7), { ...rule, cpu_percent: null, gpu_percent: null }), null);
  assert.match(shown(measured(7)), /GPU unknown .*: it is unknown whether this counts as idle\./);
  assert.equal(shown(measured(null)), '');
  assert.equal(shown(null), '');
});

test('without an idle stop the values stand alone', () => {
  const reading = { ...readingNamed('no timers'), utilization: measured(7, 3) };
  assert.equal(textOf(idleNow(viewModelOf(reading))), `CPU 7 %, GPU 3 % ${HERE}`);
});

test('what a notebook saved is not how busy the container is now', () => {
  const reading: Reading = { ...readingNamed('idle'), utilization: measured(7, 0) };
  const known = { ...reading, at: 0 };
  assert.equal(textOf(idleNow(viewModelOf(reading, 0, { known, saved: known }))), '');
});

const run = (change: Partial<Session>): string => {
  const session: Session = {
    started_at: '2026-11-22T02:00:00Z',
    ended_at: '2026-11-22T14:05:00Z',
    ended_by: 'idle',
    status: 'Stopped',
    reason_code: null,
    reason: null,
    ...change,
  };
  const reading = { ...readingNamed('idle'), sessions: [session] };
  return textOf(history(viewModelOf(reading, 0, { opened: new Set(['history']) })));
};

test('a run has from, to, how long, how it ended and why', () => {
  assert.match(
    run({ reason: 'It was idle.', reason_code: 'IdleStop' }),
    /^Last runs Stopped because it was idle 12 h 5 min 2026-11-22 .* to 2026-11-22 .* It was idle\. · IdleStop$/,
  );
});

test('each end has its own words', () => {
  assert.match(run({ ended_by: 'debt' }), /Stopped: payment overdue/);
  assert.match(run({ ended_by: 'scheduled' }), /Stopped by schedule/);
  assert.match(run({ ended_by: 'person' }), /Stopped by a person/);
  assert.match(run({ ended_by: 'failure' }), /runs Failed/);
  assert.match(run({ ended_by: 'other' }), /Stopped for another reason/);
  assert.match(run({ ended_by: null }), /Unknown how it ended/);
  assert.match(run({ ended_by: null, ended_at: null }), /runs Running since 2026-11-22/);
  assert.match(run({ started_at: null }), /idle until 2026-11-22/);
});

test('runs are folded, and shown at once where they are named', () => {
  assert.equal(textOf(history(viewModelOf(readingNamed('measured')))), 'Last runs');
  const named = viewModelOf(readingNamed('measured'), 0, { named: ['history'] });
  assert.match(textOf(history(named)), /^Last runs Running since .* Stopped because it was idle/);
});

test('runs that were never read are left out, or named as unknown', () => {
  const shown = (sessions: readonly Session[] | null, named: readonly string[]) =>
    textOf(history(viewModelOf({ ...readingNamed('idle'), sessions }, 0, { named })));
  assert.equal(shown(null, []), '');
  assert.equal(shown(null, ['history']), 'Last runs The last runs are not known.');
  assert.equal(shown([], ['history']), 'Last runs No run is recorded.');
});
