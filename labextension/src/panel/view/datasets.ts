import { mountAccess, type Dataset } from '../instance.ts';
import type { Language } from '../language.ts';
import { h, type Child, type VNode } from '../vdom.ts';
import { badge, bdi, copyButton, rows, section } from './parts.ts';
import { instanceOf, shows, type Shown } from './shown.ts';
import { entry } from './words.ts';

function accessBadge({ t }: Language, dataset: Dataset): Child {
  const access = mountAccess(dataset);
  if (!access) return null;
  const words: Record<string, string> = { RO: t('read-only'), RW: t('read-write') };
  const differs = dataset.MountAccess && access !== dataset.MountAccess;
  const title = differs
    ? t('%1 was asked for', entry(words, dataset.MountAccess) ?? dataset.MountAccess)
    : null;
  return badge(entry(words, access) ?? access, access === 'RW' ? 'good' : 'warn', title);
}

function row(language: Language, dataset: Dataset): VNode {
  const { MountPath = '', Uri, DatasetId, DatasetVersion, Dynamic } = dataset;
  const source = [Uri ?? DatasetId, DatasetVersion].filter(Boolean).join(' · ');
  return h(
    'li.dataset',
    { key: MountPath + source },
    h(
      'span.path',
      {},
      bdi('mono', MountPath || '—'),
      MountPath ? copyButton(language, MountPath) : null,
    ),
    h(
      'span.badges',
      {},
      Dynamic
        ? badge(language.t('dynamic'), 'note', language.t('mounted while the instance runs'))
        : null,
      accessBadge(language, dataset),
    ),
    source ? bdi('source', source) : null,
  );
}

/** What is mounted where, from where, and whether one may write there. */
export function datasets(shown: Shown): Child[] {
  const { language } = shown;
  const all = instanceOf(shown).Datasets ?? [];
  if (!shows(shown, 'datasets') || !shown.reading) return [];
  if (!all.length && !shown.named.includes('datasets')) return [];
  const list = all.length
    ? rows(language, all, one => row(language, one))
    : h('p.none', {}, language.t('none'));
  return section(language.t('Datasets'), all.length, list);
}
