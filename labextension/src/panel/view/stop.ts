import { durationParts, minutes } from '../format.ts';
import type { Countdowns } from '../rest.ts';
import { h, type Child, type VNode } from '../vdom.ts';
import { countdownsOf, instanceOf, shows, type Shown } from './shown.ts';
import {
  idleMinutes,
  idleReason,
  idleRule,
  nearness,
  passed,
  scheduledReason,
  untilStop,
} from './stops.ts';

/** The countdown in large figures: "29 min 43 s". */
export function figures({ language }: Shown, remaining: number): VNode {
  if (remaining <= 0) return h('p.figures', {}, h('span.words', {}, passed(language, remaining)));
  const parts = durationParts(language, remaining).flatMap(([value, unit]) => [
    h('span.value', {}, value),
    h('span.unit', {}, unit),
  ]);
  return h('p.figures', { role: 'timer', 'aria-live': 'off' }, ...parts);
}

function idleBar(shown: Shown, countdowns: Countdowns, remaining: number): Child {
  const [spent, most] = idleMinutes(countdowns.idle, remaining);
  const { t } = shown.language;
  return h(
    'div.bar',
    {
      role: 'meter',
      'aria-label': t('Idle time'),
      'aria-valuemin': 0,
      'aria-valuemax': most,
      'aria-valuenow': spent,
      'aria-valuetext': t('idle %1 of %2 min', spent, most),
    },
    h('div.fill', { '--part': most ? Math.min(1, 1 - remaining / 60_000 / most) : 1 }),
  );
}

/** The other timer in one line, where both are set. */
function other(shown: Shown, { idle, scheduled, next_stop }: Countdowns): Child {
  const { language } = shown;
  const { t } = language;
  const remaining = untilStop(shown, next_stop === 'idle' ? scheduled : idle);
  if (next_stop === 'scheduled' && idle.state === 'active') {
    return h('p.other', {}, t('Idle stop: %1', idleRule(language, idle)));
  }
  if (remaining === null || remaining <= 0) return null;
  const about = minutes(language, remaining);
  return next_stop === 'idle'
    ? h('p.other', {}, t('Also in %1: %2', about, scheduledReason(language, scheduled)))
    : h('p.other', {}, t('Also in %1 if it stays idle', about));
}

function counting(shown: Shown, countdowns: Countdowns, next: 'idle' | 'scheduled'): Child[] {
  const { language } = shown;
  const remaining = untilStop(shown, countdowns[next]) ?? 0;
  const reason =
    next === 'idle'
      ? idleReason(language, countdowns.idle, remaining)
      : scheduledReason(language, countdowns.scheduled);
  return [
    h('p.label', {}, language.t('Next stop')),
    figures(shown, remaining),
    h('p.why', {}, reason),
    next === 'idle' ? idleBar(shown, countdowns, remaining) : null,
    other(shown, countdowns),
  ];
}

function quiet(label: string, words: string, why: string): Child[] {
  return [
    h('p.label', {}, label),
    h('p.figures', {}, h('span.words', {}, words)),
    h('p.why', {}, why),
  ];
}

/** Statuses in which nothing can stop any more. */
const OVER = /^(Stopp|Fail|Delet)/;

/** The next stop as a large live countdown with its reason. */
export function stop(shown: Shown): Child[] {
  const { language } = shown;
  const { t } = language;
  const countdowns = countdownsOf(shown);
  if (!shows(shown, 'status') || !countdowns || OVER.test(instanceOf(shown).Status ?? ''))
    return [];
  const next = countdowns.next_stop;
  const remaining = next && untilStop(shown, countdowns[next]);
  const content = next
    ? counting(shown, countdowns, next)
    : countdowns.idle.state === 'active'
      ? quiet(t('Next stop'), t('None while in use'), idleRule(language, countdowns.idle))
      : quiet(t('Next stop'), t('None planned'), t('no idle stop and no scheduled stop is set'));
  return [
    h('div.stop', { 'data-near': remaining === null ? 'none' : nearness(remaining) }, ...content),
  ];
}
