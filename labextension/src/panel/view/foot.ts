import { duration, moment } from '../format.ts';
import { t } from '../language.ts';
import type { Part } from '../vdom.ts';
import { button, dotted, REFRESH } from './parts.ts';
import type { Shown } from './shown.ts';

/** What went wrong in words, and what to do about it; null if nothing did. */
export function wrong({
  trouble,
  problem,
}: Shown): readonly [message: string, advice: string] | null {
  if (trouble === 'signed-out') {
    return [t('The Jupyter server asks who you are.'), t('Sign in again: reload this page.')];
  }
  if (trouble === 'kernel') {
    return [
      t('The kernel does not answer.'),
      t('It may be busy. If it was stopped, run this cell again.'),
    ];
  }
  if (trouble) return [t('The Jupyter server does not answer.'), t('This panel keeps trying.')];
  return problem && [problem.message, problem.advice];
}

/** What went wrong: a line while good values are there, the whole panel if none were ever read. */
export function alerts(shown: Shown): Part[] {
  const { known, problem, trouble } = shown;
  const words = wrong(shown);
  if (!words) return known ? [] : [['p.soft', t('Reading the instance…')]];
  const marks = !trouble && dotted(problem?.code, problem?.request_id);
  return [
    [
      known ? 'p.alert' : 'p.alert alone',
      ['b', words[0]],
      ['span', words[1]],
      marks && ['small', marks],
    ],
  ];
}

/** Where the reading came from, how old it is, and a button for a new one. */
export function foot({ origin, known, elapsed, asking }: Shown): Part[] {
  const { read_at: readAt = null, age_ms: age = null } = known ?? {};
  return [
    ['bdi', dotted(origin?.endpoint, origin?.region)],
    [
      'span',
      { title: readAt && moment(readAt) },
      age !== null && t('read %1 ago', duration(age + elapsed)),
    ],
    button(REFRESH, t('Refresh'), { 'aria-busy': String(asking) }),
  ];
}
