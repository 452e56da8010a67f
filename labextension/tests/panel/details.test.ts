import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { beforeEach, test } from 'node:test';
import { draw, textOf } from './rendering.ts';
import { setLanguage } from '../../src/panel/i18n.ts';
import { details, network } from '../../src/panel/views/details.ts';
import { readingNamed, viewModelOf } from '../support.ts';

beforeEach(() => {
  setLanguage('en');
});

function shownWith(change: object, opened: readonly string[], named: readonly string[] = []) {
  const reading = readingNamed('idle');
  const instance = { ...reading.instance, ...change };
  return viewModelOf({ ...reading, instance }, 0, { opened: new Set(opened), named });
}

const text = (change: object, opened = ['details', 'hidden']) =>
  textOf(details(shownWith(change, opened)));

test('Details are folded, and made only while they are open', () => {
  assert.equal(text({}, []), 'Details');
  assert.match(text({}, ['details']), /Owner 测试用户 \(161228528250\)/);
});

test('Details have labels, not the names of elements', () => {
  const shown = text({});
  for (const label of [
    'Visibility private',
    'Created 2026-11-20',
    'Image ID image-05cefd0be2e8',
    'Environment WANDB_PROJECT, HF_HOME',
    'Labels team=nlp',
    'Credentials on',
    'Node error no',
    'Security group sg-bp15ed6x',
    'Forwarding ssh · 22 · intranet',
  ]) {
    assert.ok(shown.includes(label), label);
  }
  assert.doesNotMatch(shown, /GmtCreateTime|UserVpc|hasNodeError|Datasets|InstanceName/);
});

test('Details are written in Chinese', () => {
  setLanguage('zh-CN');
  assert.match(text({}), /所有者 测试用户.*安全组 sg-bp15ed6x.*2 项已隐藏.*复制为 JSON$/);
});

test('hidden values are counted, and named only when that is opened', () => {
  assert.match(text({}, ['details']), /2 hidden values Copy as JSON$/);
  assert.match(text({}), /2 hidden values .*EnvironmentVariables\.WANDB_PROJECT/);
});

test('every element of the model has a place in the panel', async () => {
  const source = (name: string) => readFile(`src/panel/${name}`, 'utf8');
  const [, instance = ''] = (await source('elements.ts')).split('export interface Instance {');
  const elements = [...(instance.split('\n}')[0] ?? '').matchAll(/readonly (\w+)\?:/g)];
  const views = await readdir('src/panel/views');
  const files = ['viewmodel.ts', 'safety.ts', ...views.map(name => `views/${name}`)];
  const shown = (await Promise.all(files.map(source))).join('\n');
  const without = elements.flatMap(([, name = '']) =>
    new RegExp(`\\b${name}\\b`).test(shown) ? [] : [name],
  );
  assert.deepEqual(without, [
    // Their part of the reading is `stops`.
    'InstanceShutdownTimer',
    'IdleInstanceCuller',
    // Of the response, not of the instance.
    'Success',
    'Message',
    'Code',
    'HttpStatusCode',
    // How the instance's servers and its images are guarded is nobody's business here.
    'ImageAuth',
    'ServiceConfig',
  ]);
});

test('a value without end takes a line, not the panel', () => {
  assert.ok(text({ Long: 'x'.repeat(100_000) }).length < 2000);
  const Labels = Array.from({ length: 1000 }, (_, place) => ({ Key: `k${place}` }));
  assert.match(text({ Labels }), /k19, 980 more/);
});

test('the network is a part of Details unless it is a section of its own', () => {
  assert.match(text({}), /vpc-bp1x8n0k/);
  const shown = shownWith({}, ['details'], ['details', 'network']);
  assert.doesNotMatch(textOf(details(shown)), /vpc-bp1x8n0k/);
  assert.match(textOf(network(shown)), /^Network VPC vpc-bp1x8n0k vSwitch/);
});

test('several CIDR blocks in one text are several', () => {
  const UserVpc = { ExtendedCIDRs: ['"172.16.19.0/24","172.16.2.0/24"', '192.168.0.0/16'] };
  assert.match(
    text({ UserVpc }),
    /CIDR blocks 172\.16\.19\.0\/24, 172\.16\.2\.0\/24, 192\.168\.0\.0\/16/,
  );
});

test('an instance without a VPC has none', () => {
  assert.match(textOf(network(shownWith({ UserVpc: undefined }, []))), /No VPC/);
});

test('there is a button that copies all of it as JSON', () => {
  assert.ok(draw(details(shownWith({}, ['details']))).querySelector('[data-action="copy-json"]'));
});
