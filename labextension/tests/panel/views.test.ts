import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { draw, drawAgain, page, textOf } from './rendering.ts';
import { FIXTURES } from '../../gallery/fixtures.ts';
import type { JsonObject, Reading } from '../../src/panel/contract.ts';
import { setLanguage } from '../../src/panel/i18n.ts';
import type { DatedReading } from '../../src/panel/reading.ts';
import { cleanJson } from '../../src/panel/safety.ts';
import { viewModelOf as stateModelOf, type ViewModel } from '../../src/panel/viewmodel.ts';
import { foot, header, note, panel } from '../../src/panel/views/panel.ts';
import { datasets, disks, snapshots } from '../../src/panel/views/lists.ts';
import { alert } from '../../src/panel/views/problem.ts';
import { resources } from '../../src/panel/views/details.ts';
import { readingNamed, viewModelOf } from '../support.ts';

const views = { header, alert, resources, datasets, snapshots, disks, foot };

beforeEach(() => {
  setLanguage('en');
});

const shown = (
  name: keyof typeof views,
  reading: Reading | null,
  change: Partial<ViewModel> = {},
) => textOf(views[name](viewModelOf(reading, 0, change)));

/** The parts of a panel, by the texts of their headings or else by their classes. */
function partsOf(shown: ViewModel): string[] {
  const parts = [...draw(panel(shown)).querySelectorAll('.row > div')];
  return parts.map(part => {
    const heading = part.querySelector('h3')?.textContent ?? part.className;
    return heading.replace(/[\s\d]+/g, ' ').trim();
  });
}

/** The same reading as a notebook saved it, of another instance if there is an ID. */
function savedReading(id = readingNamed('idle').source.instance_id): DatedReading {
  const reading = readingNamed('idle');
  return {
    ...reading,
    source: { ...reading.source, instance_id: id },
    read_at: '2026-11-25T13:00:00Z',
    at: 0,
  };
}

test('what a notebook saved is grey and dated until there is a response', () => {
  const saved = savedReading();
  const model = viewModelOf(readingNamed('idle'), 0, { saved, known: saved });
  assert.match(textOf(note(model)), /^Saved with this notebook: as of 2026-11-25 /);
  assert.ok(draw(panel(model)).querySelector('.panel.then'));
  const live = viewModelOf(readingNamed('idle'), 0, { saved });
  assert.equal(textOf(note(live)), '');
  assert.equal(draw(panel(live)).querySelector('.then'), null);
});

test('on another instance a panel names the one on which its cell was run', () => {
  const live = viewModelOf(readingNamed('idle'), 0, { saved: savedReading('dsw-former') });
  assert.match(
    textOf(note(live)),
    /^This cell was run on another instance: dsw-former, 2026-11-25 /,
  );
  assert.equal(draw(panel(live)).querySelector('.then'), null);
});

function withInstance(change: JsonObject): Reading {
  const reading = readingNamed('idle');
  return { ...reading, instance: { ...reading.instance, ...change } };
}

test('the header has status, name and the badge of a simulated instance', () => {
  assert.match(
    shown('header', readingNamed('soon')),
    /^Running simulated instance llm-finetune-qwen/,
  );
  assert.doesNotMatch(shown('header', readingNamed('idle')), /simulated/);
});

test('the dot of the status is green only while what is known is up to date', () => {
  const dot = (change: Partial<ViewModel>) =>
    draw(header(viewModelOf(readingNamed('idle'), 0, change)))
      .querySelector('.state')
      ?.className.trim();
  assert.equal(dot({}), 'state good');
  assert.equal(dot({ failure: 'server-gone' }), 'state');
});

test('a failed instance has its reason; where DSW gives none, it leads to where to look', () => {
  assert.match(
    shown('header', readingNamed('failed')),
    /The image cannot be pulled · ImagePullBackOff/,
  );
  const none = draw(header(viewModelOf(readingNamed('failed without reason'))));
  assert.match(
    none.querySelector('.reason')?.textContent ?? '',
    /gives no reason\. See the console/,
  );
  const url = none.querySelector('.reason a')?.getAttribute('href') ?? '';
  assert.match(url, /^https:\/\/pai\.console\.aliyun\.com\/\?regionId=cn-hangzhou&workspaceId=/);
});

test('of an image that was not saved the snapshot’s reason is shown', () => {
  const reading = readingNamed('save failed');
  assert.match(shown('header', reading), /The writable layer is larger than 100 GiB/);
  assert.doesNotMatch(shown('header', reading), /no reason/);
});

test('links to another tab are marked, and JupyterLab inside JupyterLab is left out', t => {
  const links = () => [...draw(header(viewModelOf(readingNamed('idle')))).querySelectorAll('a')];
  const names = () => links().map(link => link.textContent.trim());
  assert.deepEqual(names(), ['Console', 'JupyterLab', 'Web IDE', 'Terminal']);
  for (const link of links()) {
    assert.equal(link.getAttribute('title'), 'Opens a new tab');
    assert.ok(link.querySelector('svg.leaves'));
  }
  t.after(() => {
    page.body.className = '';
  });
  page.body.className = 'jp-LabShell';
  assert.deepEqual(names(), ['Console', 'Web IDE', 'Terminal']);
});

test('the actual access counts, not the one that was requested', () => {
  const reading = withInstance({
    Datasets: [{ MountPath: '/a', MountAccess: 'RW', ActualMountAccess: 'RO' }],
  });
  assert.match(shown('datasets', reading), /read-only/);
});

test('an empty actual access leaves the one that was requested', () => {
  const reading = withInstance({
    Datasets: [{ MountPath: '/a', MountAccess: 'RW', ActualMountAccess: '' }],
  });
  assert.match(shown('datasets', reading), /read-write/);
});

test('a list that is empty is left out, unless sections are named', () => {
  const reading = withInstance({ Datasets: [] });
  assert.equal(shown('datasets', reading), '');
  assert.equal(shown('datasets', reading, { named: ['datasets'] }), 'Datasets 0');
});

test('what time does not change is not touched by a tick', () => {
  const reading = readingNamed('soon');
  const first = viewModelOf(reading);
  const place = draw(panel(first));
  const name = place.querySelector('h2 bdi');
  assert.ok(name);
  // Were it made anew, it would be put right.
  name.textContent = 'untouched';
  drawAgain(panel({ ...first, elapsed: 1000 }), place);
  assert.match(place.querySelector('.figures')?.textContent ?? '', /59/);
  assert.equal(name.textContent, 'untouched');
});

test('a new reading leaves the elements that it does not change, and what is open', () => {
  const reading = readingNamed('idle');
  const opened = new Set(['details']);
  const place = draw(panel(viewModelOf(reading, 0, { opened })));
  const elements = () =>
    ['.state', '[data-copy]', 'ul > li', 'details'].map(one => place.querySelector(one));
  const before = elements();
  const changed = withInstance({
    Status: 'Saving',
    Datasets: [{ MountPath: '/mnt/data', MountAccess: 'RW' }],
  });
  drawAgain(panel(viewModelOf(changed, 0, { opened })), place);
  assert.match(place.querySelector('.state')?.textContent ?? '', /Saving image/);
  assert.deepEqual(elements(), before);
  assert.ok(place.querySelector<HTMLDetailsElement>('details')?.open);
});

test('a response that is not as it should be costs its part, not the panel', t => {
  t.mock.method(console, 'error', () => undefined);
  const parts = partsOf(viewModelOf(withInstance({ Datasets: 'none' })));
  assert.ok(!parts.includes('Datasets'));
  assert.ok(parts.includes('Snapshots'));
});

test('of a long list the first are shown, and the others folded behind their number', () => {
  const reading = readingNamed('many datasets');
  const lengths = (opened: string[]) =>
    [
      ...draw(datasets(viewModelOf(reading, 0, { opened: new Set(opened) }))).querySelectorAll(
        'ul',
      ),
    ].map(list => list.children.length);
  assert.match(shown('datasets', reading), /^Datasets 130 .* 124 more$/);
  assert.deepEqual(lengths([]), [6]);
  assert.deepEqual(lengths(['Datasets']), [6, 124]);
});

test('one row more is shown, not folded', () => {
  const Datasets = Array.from({ length: 7 }, (_, place) => ({ MountPath: `/mnt/${place}` }));
  assert.doesNotMatch(shown('datasets', withInstance({ Datasets })), /more/);
});

test('a list with the same path twice shows both', () => {
  const reading = withInstance({ Datasets: [{ MountPath: '/a' }, { MountPath: '/a' }, {}, {}] });
  assert.equal(draw(datasets(viewModelOf(reading))).querySelectorAll('li').length, 4);
});

test('a long list that is saved only in part has how many there were', () => {
  const reading = {
    ...withInstance({ Datasets: [{ MountPath: '/a' }] }),
    left_out: { Datasets: 7 },
  };
  assert.match(
    shown('datasets', reading),
    /^Datasets 8 .* 7 of them are not in the saved notebook\.$/,
  );
});

test('snapshots come newest first, the latest one among them once', () => {
  const text = shown('snapshots', readingNamed('idle'));
  assert.deepEqual(text.match(/qwen-finetune-\d+/g), [
    'qwen-finetune-1123',
    'qwen-finetune-1121',
    'qwen-finetune-1119',
  ]);
});

test('the latest snapshot is not shown twice where the list has it', () => {
  const one = { ImageId: 'a', ImageName: 'mine', Status: 'Saved' };
  const reading = withInstance({ LatestSnapshot: one, InstanceSnapshotList: [one] });
  assert.equal(shown('snapshots', reading).match(/mine/g)?.length, 1);
});

test('a snapshot that is being pushed has committing behind it and saved before it', () => {
  const steps = draw(snapshots(viewModelOf(readingNamed('idle')))).querySelectorAll('ol > li');
  assert.deepEqual(
    [...steps].map(step => [step.className, step.getAttribute('aria-current')]),
    [
      ['done', null],
      ['now', 'step'],
      ['next', null],
    ],
  );
});

test('a snapshot that failed has its reason or where to look, and is no link', () => {
  assert.match(
    shown('snapshots', readingNamed('idle')),
    /Save failed 2026-11-21 .* The writable layer is larger/,
  );
  const rows = draw(snapshots(viewModelOf(readingNamed('save failed')))).querySelectorAll(
    'ul > li',
  );
  const texts = [...rows].map(row => row.textContent.replace(/\s+/g, ' '));
  const failed = [...rows].filter((_, place) => texts[place]?.includes('Save failed'));
  assert.equal(failed.length, 2);
  for (const row of failed) assert.equal(row.querySelector('.path a'), null);
  assert.ok(texts.some(text => text.includes('DSW gives no reason. See the console')));
});

test('disks show how full they are, and that it is unknown where all is zero', () => {
  const text = shown('disks', readingNamed('idle'));
  assert.match(text, /42 of 100 GiB used \(42 %\)/);
  assert.match(text, /30 GiB · usage unknown/);
});

test('only the named sections are shown, with the foot', () => {
  assert.deepEqual(partsOf(viewModelOf(readingNamed('idle'), 0, { named: ['datasets'] })), [
    'Datasets',
    'foot',
  ]);
});

test('a problem has a headline, what to do and what helps; no name of a class', () => {
  const reading = readingNamed('error, last good');
  assert.match(
    shown('alert', reading),
    /^Not permitted to read this instance Ask an administrator .* Try again Copy for your administrator Response from PAI-DSW$/,
  );
  assert.doesNotMatch(shown('alert', reading), /Denied|may not call/);
  const opened = new Set(['problem']);
  assert.match(
    shown('alert', reading, { opened }),
    /may not call paidsw:GetInstance\. Request ID E7D55162-4489-1619-AAF5-3F97D5FC0000$/,
  );
  assert.match(shown('header', reading), /llm-finetune-qwen/);
});

test('what is copied for an administrator has all that is needed', () => {
  const button = draw(alert(viewModelOf(readingNamed('never read')))).querySelector('[data-copy]');
  assert.deepEqual(button?.getAttribute('data-copy')?.split('\n'), [
    'Not permitted to read this instance',
    'The role of this instance may not call paidsw:GetInstance.',
    'Ask an administrator of the workspace to give the role the RAM action paidsw:GetInstance, or attach AliyunPAIDSWReadOnlyAccess.',
    'Instance: dsw-730a4c1f9be2d6',
    'Region: cn-hangzhou',
    'Endpoint: pai-dsw-vpc.cn-hangzhou.aliyuncs.com',
    'Request ID: E7D55162-4489-1619-AAF5-3F97D5FC0000',
  ]);
});

test('a problem that time solves is nothing for an administrator', () => {
  const { error } = readingNamed('never read');
  assert.ok(error);
  const reading = { ...readingNamed('never read'), error: { ...error, code: 'TimedOut' } };
  assert.match(shown('alert', reading), /^PAI-DSW did not respond in time .* Try again Response/);
});

test('an unknown problem has a headline too', () => {
  const { error } = readingNamed('never read');
  assert.ok(error);
  const reading = { ...readingNamed('never read'), error: { ...error, code: 'constructor' } };
  assert.match(shown('alert', reading), /^This instance could not be read /);
});

test('an instance that was never read leaves the problem and what to do', () => {
  const shown = viewModelOf(readingNamed('never read'));
  assert.equal(draw(panel(shown)).querySelectorAll('.row > div').length, 2);
});

test('so does a cell whose first reading has no instance, before any other comes', () => {
  const known = { ...readingNamed('never read'), at: 0 };
  const nothingYet = { reading: null, failure: null, requesting: true };
  const model = stateModelOf(nothingYet, { known });
  assert.equal(model.known, null);
  assert.equal(model.problem?.code, 'Denied');
});

test('a server that is not responding is reported in the language of the reader', () => {
  setLanguage('zh-CN');
  const text = shown('alert', readingNamed('idle'), { failure: 'server-gone' });
  assert.match(text, /Jupyter 服务器没有响应 .* 重试$/);
});

test('the foot shows where the reading came from and how old it is', () => {
  const shown = viewModelOf(readingNamed('idle'), 3000);
  assert.match(
    textOf(foot(shown)),
    /^read 15 s ago pai-dsw-vpc\.cn-hangzhou\.aliyuncs\.com · cn-hangzhou$/,
  );
});

test('the foot shows whose clock it was where the endpoint sent no date', () => {
  const reading: Reading = { ...readingNamed('idle'), read_at_by: 'local' };
  assert.match(
    textOf(foot(viewModelOf(reading, 3000))),
    /^read 15 s ago · by the instance's clock /,
  );
});

test('hostile texts make no links but the console’s, and no markup', () => {
  const reading = readingNamed('hostile');
  const drawn = draw(
    panel(viewModelOf(reading, 0, { named: ['all'], opened: new Set(['details']) })),
  );
  const links = [...drawn.querySelectorAll('a')].map(link => link.getAttribute('href') ?? '');
  assert.ok(links.every(url => url.startsWith('https://pai.console.aliyun.com/')));
  assert.equal(drawn.querySelector('img, script, iframe, style, b b'), null);
});

test('names that every object has are only names', () => {
  const reading = withInstance({
    Status: 'constructor',
    PaymentType: 'toString',
    Datasets: [{ MountPath: '/a', MountAccess: '__proto__' }],
  });
  assert.match(shown('header', reading), /^constructor/);
  assert.match(shown('resources', reading), /toString/);
  assert.match(shown('datasets', reading), /__proto__/);
});

test('every state of the gallery can be shown in both languages, and hides nothing', () => {
  const opened = new Set(['details', 'hidden', 'problem', 'Datasets']);
  for (const language of ['en', 'zh-CN']) {
    setLanguage(language);
    for (const [name, { reading, failure = null }] of Object.entries(FIXTURES)) {
      const change = { named: ['all'], opened, failure };
      const text = draw(panel(viewModelOf(cleanJson(reading), 0, change))).textContent;
      assert.ok(text.trim(), name);
      assert.doesNotMatch(text, /(?!\s)[\p{Cc}\p{Cf}]/u, name);
      assert.doesNotMatch(text, /undefined|null|NaN|\[object|%\d/, name);
    }
  }
});
