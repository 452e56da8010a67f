import { duration, durationParts, MINUTE } from '../format.ts';
import { t } from '../language.ts';
import type { Part, VNode } from '../vdom.ts';
import { bar, dotted } from './parts.ts';
import { instanceOf, type Shown } from './shown.ts';
import { passed, timersOf, type Timer } from './timers.ts';

/** How near a stop is, by its tone: under 10 minutes `warn`, under 2 `bad`. */
export function nearness(left: number | null): string {
  if (left === null) return '';
  return left < 2 * MINUTE ? 'bad' : left < 10 * MINUTE ? 'warn' : 'busy';
}

/** The countdown in large figures: "29 min 43 s". */
function figures(left: number): VNode {
  if (left <= 0) return ['p.words', passed(left)];
  const parts = durationParts(left).map(([value, unit]): VNode => [
    'span',
    ['b', value],
    `\u00a0${unit}`,
  ]);
  return ['p.figures', { role: 'timer' }, ...parts];
}

/** A timer in one line. */
function line({ name, left, why }: Timer): Part {
  const about = left && left > 0 && t('in %1', duration(left));
  return why && ['p.soft', dotted(name, about, why)];
}

/** Statuses in which nothing can stop any more. */
const OVER = /^(Stopp|Fail|Delet)/;

/** The next stop as a large live countdown with its reason, and the other timer in one line. */
export function stop(shown: Shown): Part[] {
  const timers = timersOf(shown);
  if (!timers || OVER.test(instanceOf(shown).Status ?? '')) return [];
  const { idle, scheduled, next, most } = timers;
  const left = next?.left ?? 0;
  return [
    [
      `div.stop ${nearness(next && left)}`,
      ['small', ['b', t('Next stop')]],
      next ? figures(left) : ['p.words', idle.why ? t('None while in use') : t('None planned')],
      ['p', (next ?? idle).why ?? t('no timer is set')],
      next === idle && bar(1 - left / MINUTE / most),
      next && line(next === idle ? scheduled : idle),
    ],
  ];
}
