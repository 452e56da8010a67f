import { html, nothing, type TemplateResult } from 'lit-html';
import { duration, durationParts, MINUTE } from '../format.ts';
import { hasEnded } from '../instance.ts';
import { t } from '../language.ts';
import { instanceOf, type ViewModel } from '../viewmodel.ts';
import { bar, dotted, unbroken, type View } from './parts.ts';
import { isLongOver, passed, type Timer, type Timers, timersOf, urgency } from './timers.ts';

/** The countdown in large figures: "9 min 43 s". */
function figures(left: number): TemplateResult {
  if (left <= 0) return html`<p class="phrase">${passed(left)}</p>`;
  const parts = durationParts(left).map(
    ([value, unit]) => html`<span><b>${value}</b>&nbsp;${unit}</span> `,
  );
  return html`<p class="figures" role="timer">${parts}</p>`;
}

/** How long it is until the next stop, or why that is not model. */
function countdown({ idle, next }: Timers): TemplateResult {
  if (!next) {
    return html`<p class="phrase">${idle.why ? t('None while in use') : t('None planned')}</p>`;
  }
  return next.left === null ? html`<p class="phrase">${t('Time unknown')}</p>` : figures(next.left);
}

/** Why the next stop comes; which one it is where its time is unknown. */
function why({ idle, next }: Timers): string {
  const { name, why, unknown } = next ?? idle;
  if (!why) return t('no timer is set');
  return unknown ? t('%1: %2', name, why) : why;
}

/** A timer in one line. */
function line({ name, left, why }: Timer): View {
  if (!why) return nothing;
  const about = left !== null && left > 0 && t('in %1', duration(left));
  return html`<p class="soft">${unbroken(dotted(name, about, why))}</p>`;
}

/** The next stop as a large live countdown with its reason, and the other timer in one line. */
export function stop(model: ViewModel): View {
  const timers = timersOf(model);
  if (!timers || hasEnded(instanceOf(model).Status)) return nothing;
  const { idle, scheduled, next, most } = timers;
  const isCounting = typeof next?.left === 'number' && !isLongOver(next.left);
  const other = next === idle ? scheduled : idle;
  const idleFor = next === idle && idle.left !== null ? 1 - idle.left / MINUTE / most : null;
  return html`<div class="stop ${isCounting ? urgency(model) : ''}">
    <h3>${t('Next stop')}</h3>
    ${countdown(timers)}
    <p>${unbroken(why(timers))}</p>
    ${idleFor === null ? nothing : bar(Math.min(1, Math.max(0, idleFor)))}
    ${next ? line(other) : nothing}
  </div>`;
}
