import { html, nothing, type TemplateResult } from 'lit-html';
import type { Session } from '../contract.ts';
import { duration, moment, t, textFor } from '../i18n.ts';
import type { ViewModel } from '../viewmodel.ts';
import { badge, dotted, fold, unbroken, type View } from './parts.ts';

/** How a run ended; that it still runs, or that nobody knows. */
export function ending({ ended_at: ended, ended_by: by }: Session): string {
  if (by) {
    return textFor(by, {
      idle: t('Stopped because it was idle'),
      scheduled: t('Stopped by schedule'),
      person: t('Stopped by a person'),
      debt: t('Stopped: payment overdue'),
      failure: t('Failed'),
      other: t('Stopped for another reason'),
    });
  }
  return ended ? t('Unknown how it ended') : t('Running');
}

/** What colours it. */
function toneOf({ ended_at: ended, ended_by: by }: Session): string {
  if (by === 'failure' || by === 'debt') return 'bad';
  return ended || by ? '' : 'good';
}

/** How long a run took; empty where that is not known, and while it runs. */
function length({ started_at: started, ended_at: ended }: Session): string {
  const ms = Date.parse(ended ?? '') - Date.parse(started ?? '');
  return ms >= 0 ? duration(ms) : '';
}

/** From when to when. */
function times({ started_at: started, ended_at: ended }: Session): string {
  if (!ended) return started ? t('since %1', moment(started)) : '';
  return started ? t('%1 to %2', moment(started), moment(ended)) : t('until %1', moment(ended));
}

function sessionRow(session: Session): TemplateResult {
  const { reason, reason_code: code } = session;
  return html`${badge(ending(session), toneOf(session))}<span>${length(session)}</span>
    <span class="source">${unbroken(times(session))}</span>
    ${reason || code ? html`<bdi class="source">${dotted(reason, code)}</bdi>` : nothing}`;
}

/** What there is instead of runs. */
function noRuns(model: ViewModel): string {
  return model.known?.sessions ? t('No run is recorded.') : t('The last runs are not known.');
}

/** The last runs, newest first: from when to when, and how each ended. Folded unless it is named. */
export function history(model: ViewModel): View {
  const sessions = model.known?.sessions ?? [];
  const heading = t('Last runs');
  const runs = () =>
    html`<ul>
      ${sessions.map(one => html`<li>${sessionRow(one)}</li>`)}
    </ul>`;
  if (!model.named.length) {
    return sessions.length ? fold(model, 'history', heading, runs) : nothing;
  }
  return html`<h3>${heading}</h3>
    ${sessions.length ? runs() : html`<p class="soft">${noRuns(model)}</p>`}`;
}
