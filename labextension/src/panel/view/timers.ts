import { duration } from '../format.ts';
import { h, type Child, type VNode } from '../vdom.ts';
import { section } from './parts.ts';
import { countdownsOf, shows, type Shown } from './shown.ts';
import { idleReason, idleRule, passed, scheduledReason, untilStop } from './stops.ts';

function row(name: string, value: string, why: string | null): VNode {
  return h(
    'li.timer',
    {},
    h('b', {}, name),
    h('span', {}, value),
    why === null ? null : h('p.source', {}, why),
  );
}

/** Both timers, live, with what each waits for. */
export function timers(shown: Shown): Child[] {
  const { language } = shown;
  const { t } = language;
  const countdowns = countdownsOf(shown);
  if (!countdowns || !shows(shown, 'timers')) return [];
  const { idle, scheduled } = countdowns;
  const left = (remaining: number) =>
    remaining > 0 ? t('in %1', duration(language, remaining)) : passed(language, remaining);
  const untilIdle = untilStop(shown, idle);
  const untilDue = untilStop(shown, scheduled);
  const idleWords = idle.state === 'active' ? t('in use') : t('off');
  const idleWhy = idle.state === 'active' ? idleRule(language, idle) : null;
  return section(
    t('Timers'),
    null,
    h(
      'ul',
      {},
      untilIdle === null
        ? row(t('Idle stop'), idleWords, idleWhy)
        : row(t('Idle stop'), left(untilIdle), idleReason(language, idle, untilIdle)),
      untilDue === null
        ? row(t('Scheduled stop'), t('off'), null)
        : row(t('Scheduled stop'), left(untilDue), scheduledReason(language, scheduled)),
    ),
  );
}
