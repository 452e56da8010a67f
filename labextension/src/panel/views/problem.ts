import { html, nothing, type TemplateResult } from 'lit-html';
import type { Problem } from '../contract.ts';
import type { FailureKind } from '../reading.ts';
import { t, textFor } from '../i18n.ts';
import { instanceOf, type ViewModel } from '../viewmodel.ts';
import { facts, fold, type View } from './parts.ts';

/** What failed, and what to do. */
type ProblemText = readonly [headline: string, advice: string];

/** Problems that somebody with more rights solves, not time. */
const FOR_ADMINISTRATORS = [
  'BadSignature',
  'CredentialsExpired',
  'Denied',
  'NoCredentials',
  'NotConfigured',
  'NotFound',
];

/** Why there is no response of the server: no message of its own either. */
function wrongBy(failure: FailureKind): ProblemText {
  switch (failure) {
    case 'signed-out':
      return [t('Signed out of the Jupyter server'), t('Sign in again: reload this page.')];
    case 'not-permitted':
      return [
        t('Not permitted to see this instance'),
        t('This Jupyter server does not allow it. Ask its administrator.'),
      ];
    case 'server-gone':
      return [t('The Jupyter server is not responding'), t('jupyter-dsw retries automatically.')];
    case 'absent':
      return [
        t('jupyter-dsw is not installed on this Jupyter server'),
        t('Install it there and restart the server.'),
      ];
    case 'kernel':
      return [
        t('The kernel is not responding'),
        t('It may be busy. If it was stopped, run this cell again.'),
      ];
  }
}

/** One line for what the server could not do. */
function headline({ code }: Problem): string {
  const text = textFor(code, {
    BadResponse: t('Unreadable response from PAI-DSW'),
    BadSignature: t('The access key was not accepted'),
    ClockSkew: t('The clock of this instance is wrong'),
    CredentialsExpired: t('The credentials have expired'),
    Denied: t('Not permitted to read this instance'),
    NoCredentials: t('No credentials to read this instance'),
    NotConfigured: t('jupyter-dsw is not set up here'),
    NotFound: t('Instance not found'),
    Throttled: t('Too many requests to PAI-DSW'),
    TimedOut: t('PAI-DSW did not respond in time'),
    Unreachable: t('PAI-DSW cannot be reached'),
    UpstreamFailed: t('PAI-DSW reported an error'),
  });
  return text === code ? t('This instance could not be read') : text;
}

/** What failed, and what to do about it; null if nothing did. */
export function describeProblem({ failure, problem }: ViewModel): ProblemText | null {
  if (failure) return wrongBy(failure);
  return problem && [headline(problem), problem.advice];
}

/** All that an administrator needs to know of a problem, as text; null where none can help. */
function reportFor(model: ViewModel): string | null {
  const { problem, failure, source } = model;
  if (failure || !problem || !FOR_ADMINISTRATORS.includes(problem.code)) return null;
  const { InstanceId, WorkspaceId } = instanceOf(model);
  const facts: [label: string, value: string | null | undefined][] = [
    [t('Instance'), source?.instance_id ?? InstanceId],
    [t('Workspace'), WorkspaceId],
    [t('Region'), source?.region],
    [t('Endpoint'), source?.endpoint],
    [t('Request ID'), problem.request_id],
  ];
  return [
    headline(problem),
    problem.message,
    problem.advice,
    ...facts.flatMap(([label, value]) => (value ? [t('%1: %2', label, value)] : [])),
  ]
    .filter(Boolean)
    .join('\n');
}

/** What the server sent about a problem: for who looks closer. */
function particulars(model: ViewModel): View {
  const { problem, failure } = model;
  if (!problem || failure) return nothing;
  const { message, request_id: request } = problem;
  return fold(
    model,
    'problem',
    t('Response from PAI-DSW'),
    () =>
      html`<p class="soft">${message}</p>
        ${facts([[t('Request ID'), request ?? '', request ?? '']])}`,
  );
}

function actions(model: ViewModel): TemplateResult {
  const report = reportFor(model);
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

/** What failed and what to do, next to what is known; that it is being read where nothing is. */
export function alert(model: ViewModel): View {
  const problem = describeProblem(model);
  if (!problem) {
    return model.known ? nothing : html`<p class="soft">${t('Reading the instance…')}</p>`;
  }
  const [headline, advice] = problem;
  return html`<div class="alert">
    <p><b>${headline}</b></p>
    <p>${advice}</p>
    ${actions(model)} ${particulars(model)}
  </div>`;
}
