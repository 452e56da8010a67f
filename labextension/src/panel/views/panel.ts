import { html, nothing, type TemplateResult } from 'lit-html';
import { duration, moment, t } from '../i18n.ts';
import {
  failureOfInstance,
  instanceOf,
  type SectionName,
  shows,
  statusLabel,
  tone,
  type ViewModel,
} from '../viewmodel.ts';
import { consoleUrl } from '../safety.ts';
import { chart } from './chart.ts';
import { details, network, resources } from './details.ts';
import { history } from './history.ts';
import { datasets, disks, snapshots } from './lists.ts';
import {
  badge,
  copyButton,
  dotted,
  link,
  linkOrNothing,
  reason,
  refreshButton,
  type View,
} from './parts.ts';
import { alert, describeProblem } from './problem.ts';
import { stop } from './stop.ts';
import { idleNow } from './utilization.ts';

/** A part of a panel. */
interface Region {
  readonly view: (model: ViewModel) => View;
  /** The sections of an instance that it belongs to; none if it is always there. */
  readonly sections: readonly SectionName[];
  /** How much of a row it takes at least: see panel.css. All of it by default. */
  readonly kind?: string;
}

/** The parts of a panel, top to bottom; those of one row stand next to each other where they fit. */
const ROWS: readonly (readonly Region[])[] = [
  [{ view: note, sections: [] }],
  [
    { view: header, sections: ['status'], kind: 'narrow' },
    { view: stop, sections: ['status', 'timers'], kind: 'half' },
    { view: chart, sections: ['usage'], kind: 'chart' },
    { view: alert, sections: [], kind: 'wide' },
    { view: resources, sections: ['resources'], kind: 'wide' },
  ],
  [
    { view: datasets, sections: ['datasets'], kind: 'half' },
    { view: snapshots, sections: ['snapshots'], kind: 'half' },
    { view: disks, sections: ['disks'], kind: 'half' },
  ],
  [{ view: network, sections: ['network'] }],
  [{ view: history, sections: ['history'] }],
  [{ view: details, sections: ['details'] }],
  [{ view: foot, sections: [], kind: 'foot' }],
];

function region({ view, sections, kind = '' }: Region, model: ViewModel): View {
  try {
    const wanted = model.known && sections.some(one => shows(model, one));
    const content = wanted || !sections.length ? view(model) : nothing;
    if (content === nothing) return nothing;
    return html`<div class=${kind}>${content}</div>`;
  } catch (error) {
    // A response that is not as it should be costs its part of the panel, not the panel.
    console.error('jupyter-dsw', error);
    return nothing;
  }
}

function row(regions: readonly Region[], model: ViewModel): View {
  const views = regions.map(one => region(one, model));
  return views.every(view => view === nothing) ? nothing : html`<div class="row">${views}</div>`;
}

/** The whole panel. What a reading or a tick does not change stays the element that it is. */
export function panel(model: ViewModel): TemplateResult {
  // No landmark: a notebook may have many panels.
  const { known, saved } = model;
  const then = known && known === saved ? 'then' : '';
  return html`<div class="panel ${then}" role="group" aria-label=${t('DSW instance')}>
    ${ROWS.map(one => row(one, model))}
  </div>`;
}

/** That this is what a notebook saved, or that it was saved on another instance. */
export function note({ known, saved }: ViewModel): View {
  if (!known || !saved) return nothing;
  const when = moment(saved.read_at ?? '');
  const { instance_id: id } = saved.source;
  if (known === saved) return html`<p>${t('Saved with this notebook: as of %1', when)}</p>`;
  if (id === known.source.instance_id) return nothing;
  return html`<p>${t('This cell was run on another instance: %1, %2', id ?? '', when)}</p>`;
}

/** How old the reading is, a button for a new one, and where it came from. */
export function foot({ source, known, elapsed, requesting, nothingNewer }: ViewModel): View {
  const { read_at: readAt = null, age_ms: age = null } = known ?? {};
  const old =
    age === null
      ? nothing
      : html`<span title=${readAt ? moment(readAt) : nothing}
          >${dotted(
            t('read %1 ago', duration(age + elapsed)),
            // The endpoint's response had no date: times left to a due time depend on it.
            known?.read_at_by === 'local' && t("by the instance's clock"),
          )}</span
        >`;
  return html`${old} ${refreshButton(requesting)}
    ${nothingNewer ? html`<span>${t('There is nothing newer yet.')}</span>` : nothing}
    <bdi>${dotted(source?.endpoint, source?.region)}</bdi>`;
}

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
    </p>
    ${idleNow(model)}`;
}
