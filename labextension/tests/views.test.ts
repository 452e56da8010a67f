import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { speak } from '../src/panel/language.ts';
import type { Answer, JsonObject } from '../src/panel/rest.ts';
import { details } from '../src/panel/view/details.ts';
import { alerts, foot } from '../src/panel/view/foot.ts';
import { datasets, disks, snapshots } from '../src/panel/view/lists.ts';
import { regions, REGIONS } from '../src/panel/view/regions.ts';
import { resources } from '../src/panel/view/resources.ts';
import { header } from '../src/panel/view/status.ts';
import { stop } from '../src/panel/view/stop.ts';
import type { Shown } from '../src/panel/view/shown.ts';
import { visible, type Part } from '../src/panel/vdom.ts';
import { answerNamed, elements, shownOf, textOf } from './support.ts';

const views = { header, alerts, resources, datasets, snapshots, disks, details, foot };

beforeEach(() => {
  speak('en');
});

const said = (name: keyof typeof views, answer: Answer | null, change: Partial<Shown> = {}) =>
  textOf(views[name](shownOf(answer, 0, change)));

const everything = (shown: Shown) => REGIONS.flatMap(([view]) => view(shown));

/** The views that show something in a panel. */
function filled(shown: Shown) {
  const drawn = regions(shown);
  return REGIONS.filter((_, place) => (drawn[place]?.length ?? 0) > 1).map(([view]) => view);
}

function withInstance(change: JsonObject): Answer {
  const answer = answerNamed('idle');
  return { ...answer, instance: { ...answer.instance, ...change } };
}

test('the header has status, name and the badge of a simulated instance', () => {
  assert.match(
    said('header', answerNamed('soon')),
    /^Running simulated instance llm-finetune-qwen/,
  );
  assert.doesNotMatch(said('header', answerNamed('idle')), /simulated/);
});

test('a failed instance has its reason, and a line where DSW gives none', () => {
  assert.match(
    said('header', answerNamed('failed')),
    /The image cannot be pulled · ImagePullBackOff/,
  );
  assert.match(said('header', answerNamed('failed without reason')), /DSW gives no reason/);
});

test('the access that holds beats the one that was asked for', () => {
  const answer = withInstance({
    Datasets: [{ MountPath: '/a', MountAccess: 'RW', ActualMountAccess: 'RO' }],
  });
  assert.match(said('datasets', answer), /read-only/);
});

test('an empty actual access leaves the one that was asked for', () => {
  const answer = withInstance({
    Datasets: [{ MountPath: '/a', MountAccess: 'RW', ActualMountAccess: '' }],
  });
  assert.match(said('datasets', answer), /read-write/);
});

test('a list that is empty is left out, unless sections are asked for by name', () => {
  const answer = withInstance({ Datasets: [] });
  assert.equal(said('datasets', answer), '');
  assert.equal(said('datasets', answer, { named: ['datasets'] }), 'Datasets 0');
});

test('a part that time does not change is not drawn again by a tick', () => {
  const before = regions(shownOf(answerNamed('idle')));
  const after = regions(shownOf(answerNamed('idle'), 1000), before);
  assert.deepEqual(
    REGIONS.filter((_, place) => before[place] !== after[place]).map(([view]) => view),
    [stop, foot],
  );
});

test('an answer that is not as it should be costs its part, not the panel', t => {
  t.mock.method(console, 'error', () => undefined);
  const shown = shownOf(withInstance({ Datasets: 'none' }));
  assert.ok(!filled(shown).includes(datasets));
  assert.ok(filled(shown).includes(header));
});

/** How many items each list among some parts has. */
const lengths = (parts: readonly Part[]) =>
  elements(parts)
    .filter(({ kind }) => kind === 'ul')
    .map(({ node }) => elements(node).filter(({ kind }) => kind === 'li').length);

test('of a long list the first are shown, and the others are folded behind their number', () => {
  const list = datasets(shownOf(answerNamed('many datasets')));
  assert.deepEqual(lengths(list), [20, 110]);
  assert.match(textOf(list), /^Datasets 130 .* and 110 more /);
  const [folded] = elements(list).filter(({ kind }) => kind === 'details');
  assert.equal(typeof folded?.node.at(-1), 'function');
});

test('a long list that a notebook kept only in part says how many there were', () => {
  const answer = {
    ...withInstance({ Datasets: [{ MountPath: '/a' }] }),
    left_out: { Datasets: 7 },
  };
  const list = datasets(shownOf(answer));
  assert.match(textOf(list), /^Datasets 8 .* and 7 more$/);
  assert.ok(!elements(list).some(({ kind }) => kind === 'details'));
});

test('lists under Details are folded, too, behind their number', () => {
  assert.match(said('details', answerNamed('many datasets')), /\[19\] .* and 110 more \[20\]/);
});

test('snapshots come newest first, the latest one among them once', () => {
  const text = said('snapshots', answerNamed('idle'));
  assert.deepEqual(text.match(/qwen-finetune-\d+/g), [
    'qwen-finetune-1123',
    'qwen-finetune-1121',
    'qwen-finetune-1119',
  ]);
});

test('the latest snapshot is not told twice where the list has it', () => {
  const one = { ImageId: 'a', ImageName: 'mine', Status: 'Saved' };
  const answer = withInstance({ LatestSnapshot: one, InstanceSnapshotList: [one] });
  assert.equal(said('snapshots', answer).match(/mine/g)?.length, 1);
});

test('a snapshot that is being pushed has committing behind it and saved before it', () => {
  const steps = elements(snapshots(shownOf(answerNamed('idle'))))
    .filter(({ kind }) => /^li\.(done|now|next)$/.test(kind))
    .slice(0, 3);
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ['li.done', 'li.now', 'li.next'],
  );
});

test('a snapshot that failed says why', () => {
  assert.match(said('snapshots', answerNamed('idle')), /Save failed The writable layer is larger/);
});

test('disks say how full they are, and that it is unknown where all is zero', () => {
  const text = said('disks', answerNamed('idle'));
  assert.match(text, /42 of 100 GiB used \(42 %\)/);
  assert.match(text, /30 GiB · usage unknown/);
});

test('what no other part shows is under Details, under its wire name', () => {
  const text = said('details', answerNamed('idle'));
  for (const name of ['DatasetId', 'Options', 'hasNodeError false', 'UserVpc', 'VpcId', 'Labels']) {
    assert.match(text, new RegExp(name), name);
  }
  assert.doesNotMatch(text, /InstanceName|WorkspaceName/);
});

test('Details name what was removed', () => {
  assert.match(
    said('details', answerNamed('idle')),
    /as secret: EnvironmentVariables\.WANDB_PROJECT/,
  );
});

test('Details are folded unless asked for', () => {
  const open = (named: string[]) =>
    elements(details(shownOf(answerNamed('idle'), 0, { named })))[0]?.attributes.open;
  assert.equal(open([]), null);
  assert.equal(open(['details']), '');
});

test('only the named sections are shown, with the foot', () => {
  const shown = shownOf(answerNamed('idle'), 0, { named: ['datasets'] });
  assert.deepEqual(filled(shown), [datasets, foot]);
});

test('an error is told with what to do, beside the last good values', () => {
  const answer = answerNamed('error, last good');
  assert.match(said('alerts', answer), /may not call paidsw:GetInstance.*Ask an administrator/);
  assert.match(said('header', answer), /llm-finetune-qwen/);
});

test('an instance that was never read leaves the error and what to do', () => {
  const shown = shownOf(answerNamed('never read'));
  assert.equal(elements(alerts(shown))[0]?.kind, 'p.alert alone');
  assert.deepEqual(filled(shown), [alerts, foot]);
});

test('a server that does not answer is told in the language of the reader', () => {
  speak('zh-CN');
  const text = said('alerts', answerNamed('idle'), { trouble: 'server-gone' });
  assert.match(text, /Jupyter 服务器没有应答/);
});

test('the foot says where the reading came from and how old it is', () => {
  const shown = shownOf(answerNamed('idle'), 3000);
  assert.match(
    textOf(foot(shown)),
    /pai-dsw-vpc\.cn-hangzhou\.aliyuncs\.com · cn-hangzhou read 15 s ago/,
  );
});

test('hostile texts make no links, no markup and no surprises', () => {
  const nodes = elements(everything(shownOf(answerNamed('hostile'), 0, { named: ['all'] })));
  assert.deepEqual(
    nodes.filter(({ kind }) => kind === 'a'),
    [],
  );
  const kinds = new Set(nodes.map(({ kind }) => kind.split('.')[0]));
  for (const kind of ['img', 'script', 'iframe', 'style']) assert.ok(!kinds.has(kind));
});

test('names that every object has are only names', () => {
  const answer = withInstance({
    Status: 'constructor',
    PaymentType: 'toString',
    Datasets: [{ MountPath: '/a', MountAccess: '__proto__' }],
  });
  assert.match(said('header', answer), /^constructor/);
  assert.match(said('resources', answer), /toString/);
  assert.match(said('datasets', answer), /__proto__/);
});

test('characters that hide or reorder what a name says become visible', () => {
  assert.equal(visible('a\u202eb\u0007c\u200bd'), 'a\ufffdb\ufffdc\ufffdd');
  assert.equal(visible('测试 שלום\n\tx'), '测试 שלום\n\tx');
});

test('every state of the gallery can be shown in both languages', () => {
  for (const language of ['en', 'zh-CN']) {
    speak(language);
    for (const name of ['idle', 'soon', 'due', 'saving', 'hostile', 'never read', 'all']) {
      assert.ok(everything(shownOf(answerNamed(name), 0, { named: ['all'] })).length > 0, name);
    }
  }
});
