import { html, nothing } from 'lit-html';
import { failureOfInstance, statusLabel, tone } from '../instance.ts';
import { t } from '../language.ts';
import { consoleUrl } from '../safety.ts';
import { instanceOf, type ViewModel } from '../viewmodel.ts';
import { badge, copyButton, link, linkOrNothing, reason, type View } from './parts.ts';
import { describeProblem } from './problem.ts';

/** Whether what is around the panel is JupyterLab's window, so that no link need lead there. */
function inJupyterLab(): boolean {
  return document.querySelector('.jp-LabShell') !== null;
}

/** Status, name, workspace, and the links to the instance. */
export function header(model: ViewModel): View {
  const instance = instanceOf(model);
  const { Status, InstanceName, InstanceId, WorkspaceName } = instance;
  const consoleLink = consoleUrl(instance, model.source?.region);
  // What is known may be old where something failed.
  return html`<p class="state ${describeProblem(model) ? '' : tone(Status)}">
      <i></i><b>${statusLabel(Status)}</b>
      ${model.source?.simulated ? badge(t('simulated instance'), 'busy') : nothing}
    </p>
    <h2 title=${InstanceName ?? nothing}><bdi>${InstanceName ?? '—'}</bdi></h2>
    <p>
      ${
        InstanceId
          ? html`<span class="path"><code>${InstanceId}</code>${copyButton(InstanceId)}</span>`
          : nothing
      }
      ${WorkspaceName ? html`<bdi class="soft">${t('workspace %1', WorkspaceName)}</bdi>` : nothing}
    </p>
    ${reason(model, failureOfInstance(instance))}
    <p class="links">
      ${link(consoleLink, t('Console'))}
      ${inJupyterLab() ? nothing : linkOrNothing(instance.JupyterlabUrl, 'JupyterLab')}
      ${linkOrNothing(instance.WebIDEUrl, 'Web IDE')}
      ${linkOrNothing(instance.TerminalUrl, t('Terminal'))}
    </p>`;
}
