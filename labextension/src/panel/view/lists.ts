import { gibibytes, memory, moment, number, percent } from '../format.ts';
import { snapshotsOf, usedPart, type CloudDisk, type Dataset, type Snapshot } from '../instance.ts';
import { t, word } from '../language.ts';
import type { Part, VNode } from '../vdom.ts';
import { badge, bar, dotted, link, list, path, reason } from './parts.ts';
import { instanceOf, type Shown } from './shown.ts';

/** Whether one may write there: what holds beats what was asked for. */
function accessBadge({ ActualMountAccess, MountAccess }: Dataset): Part {
  const access = ActualMountAccess || MountAccess;
  return (
    access &&
    badge(word(t('RO:read-only,RW:read-write'), access), access === 'RW' ? 'good' : 'warn')
  );
}

function datasetRow(dataset: Dataset): Part[] {
  const { MountPath, Uri, DatasetId, DatasetVersion, Dynamic } = dataset;
  return [
    path(MountPath && ['code', MountPath], MountPath),
    ['span.badges', Dynamic && badge(t('dynamic'), 'busy'), accessBadge(dataset)],
    ['bdi.source', dotted(Uri ?? DatasetId, DatasetVersion)],
  ];
}

/** What is mounted where, from where, and whether one may write there. */
export function datasets(shown: Shown): Part[] {
  return list(shown, 'Datasets', t('Datasets'), instanceOf(shown).Datasets ?? [], datasetRow);
}

/** Committing → Pushing → Saved: what is behind it, where it is, what is to come. */
function progress(status = ''): VNode {
  const now = ['Committing', 'Pushing', 'Saved'].indexOf(status);
  if (status === 'Failed') return badge(t('Save failed'), 'bad');
  if (now < 0) return badge(status || '—');
  const state = (step: number) =>
    step < now || now === 2 ? 'done' : step === now ? 'now' : 'next';
  const steps = [t('Committing'), t('Pushing'), t('Saved')].map((word, step): VNode => [
    `li.${state(step)}`,
    { 'aria-current': step === now ? 'step' : null },
    word,
  ]);
  return ['ol', ...steps];
}

function snapshotRow(snapshot: Snapshot): Part[] {
  const { ImageName, ImageId, ImageUrl, RepositoryUrl, GmtCreateTime, Status } = snapshot;
  return [
    path(link(RepositoryUrl, ImageName ?? ImageId ?? ''), ImageUrl),
    ['span.soft', GmtCreateTime && moment(GmtCreateTime)],
    ['div', progress(Status), reason(snapshot)],
  ];
}

/** Saved images, newest first. */
export function snapshots(shown: Shown): Part[] {
  return list(
    shown,
    'InstanceSnapshotList',
    t('Snapshots'),
    snapshotsOf(instanceOf(shown)),
    snapshotRow,
  );
}

function usage({ Capacity = '' }: CloudDisk, part: number | null): string {
  const size = memory(Capacity);
  if (part === null) return dotted(size, t('usage unknown'));
  const gib = gibibytes(Capacity) * part;
  return isNaN(gib)
    ? percent(part * 100)
    : t('%1 of %2 used (%3)', number(gib, 1), size, percent(part * 100));
}

function diskRow(disk: CloudDisk): Part[] {
  const { MountPath, SubType } = disk;
  const part = usedPart(disk);
  return [
    path(MountPath && ['code', MountPath], MountPath),
    SubType && badge(word(t('rootfs:system disk'), SubType)),
    ['span.source', usage(disk, part)],
    part !== null && bar(part, part > 0.9 ? 'bad' : part > 0.75 ? 'warn' : 'good'),
  ];
}

/** Disks as bars. */
export function disks(shown: Shown): Part[] {
  return list(
    shown,
    'CloudDisks',
    t('Disks'),
    (instanceOf(shown).CloudDisks ?? []).flat(),
    diskRow,
  );
}
