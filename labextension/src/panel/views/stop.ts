import { html, nothing, type TemplateResult } from 'lit-html';
import { duration, durationParts, moment, t } from '../i18n.ts';
import {
  type CurrentStop,
  decidedBy,
  idlePart,
  isLongOver,
  nameOf,
  nextStopOf,
  passed,
  reasonOf,
  stopsOf,
  type Urgency,
  urgencyOf,
} from '../stops.ts';
import { consoleUrl } from '../safety.ts';
import { hasEnded, instanceOf, type ViewModel } from '../viewmodel.ts';
import { bar, dotted, link, unbroken, type View } from './parts.ts';
import { describeProblem } from './problem.ts';

/** How near the next stop is. What is known may be old where something failed: never urgent. */
export function urgency(model: ViewModel): Urgency {
  const next = nextStopOf(model);
  if (!next || isLongOver(next.left)) return 'none';
  const urgency = urgencyOf(next.left, next.kind === 'idle' ? next.rule.max_idle_minutes : null);
  return urgency === 'urgent' && describeProblem(model) ? 'near' : urgency;
}

/** The countdown in large figures: "9 min 43 s". */
function figures(left: number): TemplateResult {
  if (left <= 0) return html`<p class="phrase">${passed(left)}</p>`;
  const parts = durationParts(left).map(
    ([value, unit]) => html`<span><b>${value}</b>&nbsp;${unit}</span> `,
  );
  return html`<p class="figures" role="timer">${parts}</p>`;
}

/** Whether the policies that may stop the instance are known, so that there is no other stop. */
function knowsAll({ known }: ViewModel): boolean {
  return known?.stop_policies === 'read';
}

/** How long it is until the next stop, or why that is not known. */
function countdown(model: ViewModel, first: CurrentStop | undefined): TemplateResult {
  if (!first) {
    return html`<p class="phrase">${knowsAll(model) ? t('None planned') : t('None known')}</p>`;
  }
  if (first.state === 'armed') return html`<p class="phrase">${t('None while in use')}</p>`;
  return first.left === null
    ? html`<p class="phrase">${t('Time unknown')}</p>`
    : figures(first.left);
}

/** What a person may do about a stop, and whether it has been put off. */
function remarks(model: ViewModel, { can_skip: canSkip, delayed }: CurrentStop): View {
  if (!canSkip && !delayed) return nothing;
  const url = consoleUrl(instanceOf(model), model.source?.region);
  return html`<p class="soft">
    ${delayed ? html`<span>${t('It has been delayed.')}</span>` : nothing}
    ${canSkip ? html`<span>${link(url, t('Skip it in the console'))}</span>` : nothing}
  </p>`;
}

/** Which stop is next, who decided on it, and why it comes. */
function nearest(model: ViewModel, stop: CurrentStop): TemplateResult {
  const part = idlePart(stop);
  return html`<p><b>${dotted(nameOf(stop), decidedBy(stop))}</b></p>
    <p>${unbroken(reasonOf(stop))}</p>
    ${part === null ? nothing : bar(part)} ${remarks(model, stop)}`;
}

/** A further stop in one line. */
function further(model: ViewModel, stop: CurrentStop): TemplateResult {
  const { left, at, kind } = stop;
  const about = left !== null && left > 0 && t('in %1', duration(left));
  const why = kind === 'scheduled' && left !== null && at ? moment(at) : reasonOf(stop);
  return html`<p class="soft further">
      ${unbroken(dotted(nameOf(stop), decidedBy(stop), about, why))}
    </p>
    ${remarks(model, stop)}`;
}

/** That there may be stops that are not known here. */
function policies({ known }: ViewModel): View {
  const text = {
    read: '',
    off: t('Stop policies of the workspace are not read: a setting turns that off.'),
    not_available: t('Stop policies of the workspace are not visible here.'),
  }[known?.stop_policies ?? 'read'];
  return text ? html`<p class="soft">${text}</p>` : nothing;
}

/** The next stop as a large live countdown with its reason, and the further ones in one line each. */
export function stop(model: ViewModel): View {
  if (!model.known || hasEnded(instanceOf(model).Status)) return nothing;
  const [first, ...others] = stopsOf(model);
  const isCounting = typeof first?.left === 'number' && !isLongOver(first.left);
  const none = knowsAll(model) ? t('No stop is set.') : t('No stop is known.');
  return html`<div class="stop ${isCounting ? urgency(model) : ''}">
    <h3>${t('Next stop')}</h3>
    ${countdown(model, first)} ${first ? nearest(model, first) : html`<p>${none}</p>`}
    ${others.map(one => further(model, one))} ${policies(model)}
  </div>`;
}
