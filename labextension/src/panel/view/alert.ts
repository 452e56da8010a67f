import { html, nothing, type TemplateResult } from 'lit-html';
import { t } from '../language.ts';
import { facts, fold, type View } from './parts.ts';
import { reportFor, wrong } from './problem.ts';
import type { Shown } from './shown.ts';

/** What the server sent about a problem: for who looks closer. */
function particulars(shown: Shown): View {
  const { problem, trouble } = shown;
  if (!problem || trouble) return nothing;
  const { message, request_id: request } = problem;
  return fold(
    shown,
    'problem',
    t('What PAI-DSW sent'),
    () =>
      html`<p class="soft">${message}</p>
        ${facts([{ label: t('Request ID'), value: request ?? '', copied: request ?? '' }])}`,
  );
}

function actions(shown: Shown): TemplateResult {
  const report = reportFor(shown);
  return html`<p class="actions">
    <button type="button" data-action="refresh">${t('Try again')}</button>
    ${
      report
        ? html`<button type="button" data-copy=${report}>
            ${t('Copy for your administrator')}
          </button>`
        : nothing
    }
  </p>`;
}

/** What went wrong and what helps, next to what is known; that it is being read where nothing is. */
export function alert(shown: Shown): View {
  const problem = wrong(shown);
  if (!problem) {
    return shown.known ? nothing : html`<p class="soft">${t('Reading the instance…')}</p>`;
  }
  const [headline, advice] = problem;
  return html`<div class="alert">
    <p><b>${headline}</b></p>
    <p>${advice}</p>
    ${actions(shown)} ${particulars(shown)}
  </div>`;
}
