import { duration, moment } from '../format.ts';
import type { Language } from '../language.ts';
import { ageMs } from '../reading.ts';
import type { Trouble } from '../source.ts';
import { h, type Child } from '../vdom.ts';
import { icon } from './parts.ts';
import type { Shown } from './shown.ts';

/** Why no answer came, and what to do about it. */
export function troubleWords({ t }: Language, trouble: Trouble): [message: string, advice: string] {
  return {
    offline: [t('The Jupyter server does not answer.'), t('This panel keeps trying.')],
    login: [t('The Jupyter server asks who you are.'), t('Sign in again: reload this page.')],
    absent: [
      t('This Jupyter server has no jupyter-dsw.'),
      t('Install it beside the server, and start the server again.'),
    ],
    kernel: [
      t('The kernel does not answer.'),
      t('It answers once its running cell is done. If it was stopped, run this cell again.'),
    ],
  }[trouble] as [string, string];
}

/** What went wrong in words; null if nothing did. */
export function wrong({
  language,
  trouble,
  problem,
}: Shown): [message: string, advice: string] | null {
  if (trouble) return troubleWords(language, trouble);
  return problem && [problem.message, problem.advice];
}

/** What went wrong: a line while good values are there, the whole panel if none were ever read. */
export function alerts(shown: Shown): Child[] {
  const { t } = shown.language;
  const words = wrong(shown);
  if (!words) return shown.reading ? [] : [h('p.reading', {}, t('Reading the instance…'))];
  const { problem, trouble } = shown;
  const marks = [problem?.code, problem?.request_id].filter(Boolean).join(' · ');
  return [
    h(
      'div.alert',
      { 'data-alone': shown.reading ? null : '' },
      h('b', {}, words[0]),
      h('span.advice', {}, words[1]),
      marks && !trouble ? h('span.marks', {}, marks) : null,
    ),
  ];
}

function age({ language, reading, now }: Shown): string | null {
  const { t } = language;
  const ms = reading && ageMs(reading, now);
  return ms === null ? null : t('read %1 ago', duration(language, Math.max(0, ms)));
}

/** Where the reading came from, how old it is, and a button for a new one. */
export function foot(shown: Shown): Child[] {
  const { language, origin, reading, asking } = shown;
  const { t } = language;
  const readAt = reading?.answer.read_at;
  const from = [origin?.endpoint, origin?.region].filter(Boolean).join(' · ');
  const refresh = t('Read again');
  return [
    h('bdi.from', { title: from || null }, from),
    h('span.age', { title: readAt ? moment(language, readAt) : null }, age(shown)),
    h(
      'button.icon',
      {
        type: 'button',
        'data-refresh': '',
        'aria-label': refresh,
        title: refresh,
        'aria-busy': asking ? 'true' : 'false',
      },
      icon('refresh'),
    ),
  ];
}
