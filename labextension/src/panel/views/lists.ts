import { html, nothing, type TemplateResult } from 'lit-html';
import type { CloudDisk, Dataset, Snapshot } from '../elements.ts';
import { gibibytes, memory, moment, number, percent, t, textFor } from '../i18n.ts';
import { failureOf, instanceOf, snapshotsOf, usedPart, type ViewModel } from '../viewmodel.ts';
import { badge, bar, dotted, link, list, path, reason, type View } from './parts.ts';

/** The mount path of a dataset or disk, as code. */
function mountPath(path: string | undefined): View {
  return path ? html`<code>${path}</code>` : nothing;
}

/** Whether one may write there: what is so counts, not what was requested. */
function accessBadge({ ActualMountAccess, MountAccess }: Dataset): View {
  const access = ActualMountAccess || MountAccess;
  if (!access) return nothing;
  const text = textFor(access, { RO: t('read-only'), RW: t('read-write') });
  return badge(text, access === 'RW' ? 'good' : '');
}

function datasetRow(dataset: Dataset): TemplateResult {
  const { MountPath, Uri, DatasetId, DatasetVersion, Dynamic } = dataset;
  return html`${path(MountPath && mountPath(MountPath), MountPath)}
    <span class="badges">
      ${Dynamic ? badge(t('dynamic'), 'busy') : nothing}${accessBadge(dataset)}
    </span>
    <bdi class="source">${dotted(Uri ?? DatasetId, DatasetVersion)}</bdi>`;
}

/** What is mounted where, from where, and whether one may write there. */
export function datasets(model: ViewModel): View {
  return list(model, {
    element: 'Datasets',
    heading: t('Datasets'),
    items: instanceOf(model).Datasets ?? [],
    row: datasetRow,
  });
}

/** The statuses of an image that is being saved, in their order. */
const SAVING = ['Committing', 'Pushing'];

/** Committing → Pushing → Saved: what is behind it, where it is, what is to come. */
function progress(status: string): TemplateResult {
  const now = SAVING.indexOf(status);
  const steps = [t('Committing'), t('Pushing'), t('Saved')].map((text, step) => {
    if (step === now) return html`<li class="now" aria-current="step">${text}</li>`;
    return html`<li class=${step < now ? 'done' : 'next'}>${text}</li>`;
  });
  return html`<ol>
    ${steps}
  </ol>`;
}

/** Whether an image was saved, or failed. */
function outcome(status: string): TemplateResult {
  if (status === 'Failed') return badge(t('Save failed'), 'bad');
  return status === 'Saved' ? badge(t('Saved'), 'good') : badge(status || '—');
}

function snapshotRow(model: ViewModel, snapshot: Snapshot): TemplateResult {
  const { ImageName, ImageId, ImageUrl, RepositoryUrl, GmtCreateTime, Status = '' } = snapshot;
  const failure = failureOf(snapshot);
  const name = ImageName ?? ImageId ?? '';
  // Of an image that was not saved, the repository has nothing.
  return html`${path(failure === null ? link(RepositoryUrl, name) : name, ImageUrl)}
    ${SAVING.includes(Status) ? progress(Status) : outcome(Status)}
    <span class="source">${GmtCreateTime ? moment(GmtCreateTime) : nothing}</span>
    ${reason(model, failure)}`;
}

/** Saved images, newest first. */
export function snapshots(model: ViewModel): View {
  return list(model, {
    element: 'InstanceSnapshotList',
    heading: t('Snapshots'),
    items: snapshotsOf(instanceOf(model)),
    row: snapshot => snapshotRow(model, snapshot),
  });
}

function usage({ Capacity = '' }: CloudDisk, part: number | null): string {
  const size = memory(Capacity);
  if (part === null) return dotted(size, t('usage unknown'));
  const gib = gibibytes(Capacity) * part;
  return isNaN(gib)
    ? percent(part * 100)
    : t('%1 of %2 used (%3)', number(gib, 1), size, percent(part * 100));
}

function diskRow(disk: CloudDisk): TemplateResult {
  const { MountPath, SubType } = disk;
  const part = usedPart(disk);
  return html`${path(MountPath && mountPath(MountPath), MountPath)}
    ${SubType ? badge(textFor(SubType, { rootfs: t('system disk') })) : nothing}
    <span class="source">${usage(disk, part)}</span>
    ${part === null ? nothing : bar(part, part > 0.9 ? 'warn' : 'good')}`;
}

/** Disks as bars. */
export function disks(model: ViewModel): View {
  return list(model, {
    element: 'CloudDisks',
    heading: t('Cloud disks'),
    items: (instanceOf(model).CloudDisks ?? []).flat(),
    row: diskRow,
  });
}
