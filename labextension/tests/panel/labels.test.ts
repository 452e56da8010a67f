import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { beforeEach, test } from 'node:test';
import { draw } from './rendering.ts';
import type { Reading, Session, Stop } from '../../src/panel/contract.ts';
import { setLanguage } from '../../src/panel/i18n.ts';
import { decidedBy } from '../../src/panel/stops.ts';
import { statusLabel } from '../../src/panel/viewmodel.ts';
import { ending } from '../../src/panel/views/history.ts';
import { snapshots } from '../../src/panel/views/lists.ts';
import { panel } from '../../src/panel/views/panel.ts';
import { readingNamed, viewModelOf } from '../support.ts';

/** An element has one label: the table that Python's tests read too. */
const TABLE = JSON.parse(await readFile('../tests/render/labels.json', 'utf8')) as {
  readonly elements: Readonly<Record<string, [label: string, value: unknown]>>;
  readonly statuses: Readonly<Record<string, string>>;
  readonly snapshot_statuses: Readonly<Record<string, string>>;
  readonly endings: Readonly<Record<NonNullable<Session['ended_by']>, string>>;
  /** Of an idle stop, and of a scheduled one. */
  readonly decided_by: Readonly<Record<Stop['decided_by'], [idle: string, scheduled: string]>>;
  readonly only_in_panel: readonly string[];
};
const EXAMPLE = await readFile('../tests/model/getinstance-example.json', 'utf8');

type Instance = NonNullable<Reading['instance']>;
type Elements = Record<string, unknown>;

/** The example with other values at the paths of some elements. */
function example(...changes: readonly (readonly [path: string, value: unknown])[]): Instance {
  const instance = JSON.parse(EXAMPLE) as Instance;
  for (const [path, value] of changes) {
    const parents = path.split('.');
    const last = parents.pop() ?? '';
    const place = parents.reduce<Elements>((at, name) => at[name] as Elements, instance);
    place[last] = value;
  }
  return instance;
}

const model = (instance: Instance, opened: readonly string[] = ['details']) =>
  viewModelOf({ ...readingNamed('idle'), instance }, 0, {
    opened: new Set(opened),
  });

/** Labels, headings of lists and links, with what stands next to or under them, or where it leads. */
function shown(instance: Instance): Map<string, string> {
  const place = draw(panel(model(instance)));
  const found = new Map<string, string>();
  for (const fact of place.querySelectorAll('.facts > div')) {
    found.set(
      fact.querySelector('dt')?.textContent ?? '',
      fact.querySelector('dd')?.innerHTML ?? '',
    );
  }
  for (const heading of place.querySelectorAll('h3:has(span)')) {
    heading.querySelector('span')?.remove();
    found.set(heading.textContent.trim(), heading.parentElement?.textContent ?? '');
  }
  for (const link of place.querySelectorAll<HTMLAnchorElement>('.links a')) {
    found.set(link.textContent.trim(), link.href);
  }
  return found;
}

beforeEach(() => {
  setLanguage('en');
});

for (const [element, [label, value]] of Object.entries(TABLE.elements)) {
  test(`${element} stands next to its label`, () => {
    const [before, after] = [shown(example()), shown(example([element, value]))];
    assert.ok(after.has(label), label);
    assert.notEqual(after.get(label), before.get(label));
  });
}

test('the table has every label of the panel', () => {
  const everything = example(
    ...Object.entries(TABLE.elements).map(([element, [, value]]) => [element, value] as const),
  );
  const labels = [...Object.values(TABLE.elements).map(([label]) => label), ...TABLE.only_in_panel];
  assert.deepEqual(
    [...shown(everything).keys()].filter(label => !labels.includes(label)),
    [],
  );
});

test('statuses have their labels', () => {
  for (const [status, label] of Object.entries(TABLE.statuses)) {
    assert.equal(statusLabel(status), label);
  }
  for (const [status, label] of Object.entries(TABLE.snapshot_statuses)) {
    const one = { ImageId: 'image-1', Status: status };
    const list = draw(snapshots(model({ InstanceSnapshotList: [one] })));
    assert.equal(list.querySelector('.badge, [aria-current=step]')?.textContent.trim(), label);
  }
});

test('what ends a run, and who decides on a stop, have their labels', () => {
  const [stop] = readingNamed('idle').stops;
  assert.ok(stop);
  const run = { started_at: null, ended_at: null, status: null, reason_code: null, reason: null };
  for (const [ended_by, label] of Object.entries(TABLE.endings)) {
    assert.equal(ending({ ...run, ended_by: ended_by as Session['ended_by'] }), label);
  }
  for (const [by, labels] of Object.entries(TABLE.decided_by)) {
    const found = (['idle', 'scheduled'] as const).map((kind): string =>
      decidedBy({ ...stop, kind, decided_by: by as Stop['decided_by'] }),
    );
    assert.deepEqual(found, labels);
  }
});
