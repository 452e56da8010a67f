import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { textOf } from './rendering.ts';
import type { Utilization } from '../../src/panel/contract.ts';
import { setLanguage } from '../../src/panel/i18n.ts';
import { idleNow } from '../../src/panel/views/utilization.ts';
import { readingNamed, viewModelOf } from '../support.ts';

interface Case {
  readonly cpu_percent: number | null;
  readonly gpu_percent: number | null;
  readonly rule: { readonly cpu_percent: number | null; readonly gpu_percent: number | null };
  readonly idle_minutes: number | null;
  readonly shown: string;
}

// Python's tests have the same ones.
const cases = JSON.parse(await readFile('../tests/render/idle-now.json', 'utf8')) as Case[];
const MEASURED_HERE = 'Measured in this container; what the platform measures is not documented.';

for (const { cpu_percent, gpu_percent, rule, idle_minutes, shown } of cases) {
  test(`CPU ${cpu_percent} and GPU ${gpu_percent} by ${JSON.stringify(rule)} are shown as ${shown}`, () => {
    setLanguage('en');
    const reading = readingNamed('idle');
    const [first] = reading.stops;
    assert.ok(first);
    const utilization: Utilization = {
      cpu_percent,
      gpu_percent,
      gpu_percents: [],
      cpu_cores: 4,
      measured_for_ms: 60_000,
    };
    const stops = [{ ...first, idle_minutes, rule: { ...first.rule, ...rule } }];
    const text = textOf(idleNow(viewModelOf({ ...reading, stops, utilization })));
    assert.equal(text, shown && `${shown} ${MEASURED_HERE}`);
  });
}
