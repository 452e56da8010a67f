import { html, nothing } from 'lit-html';
import { failureOfInstance, statusWords, tone } from '../instance.ts';
import { t } from '../language.ts';
import { consoleUrl } from '../safety.ts';
import { instanceOf, type Shown } from '../viewmodel.ts';
import { badge, copyButton, link, linkOrNothing, reason, type View } from './parts.ts';
import { wrong } from './problem.ts';

/** Whether the page around the panel is JupyterLab's window, so that no link need lead there. */
function inJupyterLab(): boolean {
  return document.querySelector('.jp-LabShell') !== null;
}

/** Status with a dot and words, name, where it is and what leads there. */
export function header(shown: Shown): View {
  const instance = instanceOf(shown);
  const { Status, InstanceName, InstanceId, WorkspaceName } = instance;
  const consoleLink = consoleUrl(instance, shown.origin?.region);
  // What is known may be old where something is wrong.
  return html`<p class="state ${wrong(shown) ? '' : tone(Status)}">
      <i></i><b>${statusWords(Status)}</b>
      ${shown.origin?.simulated ? badge(t('simulated instance'), 'busy') : nothing}
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
    ${reason(shown, failureOfInstance(instance))}
    <p class="links">
      ${link(consoleLink, t('Console'))}
      ${inJupyterLab() ? nothing : linkOrNothing(instance.JupyterlabUrl, 'JupyterLab')}
      ${linkOrNothing(instance.WebIDEUrl, 'Web IDE')}
      ${linkOrNothing(instance.TerminalUrl, t('Terminal'))}
    </p>`;
}
