import { gibibytes, memory, number } from '../format.ts';
import { usedPart, type CloudDisk } from '../instance.ts';
import type { Language } from '../language.ts';
import { h, type Child, type VNode } from '../vdom.ts';
import { badge, bdi, copyButton, rows, section } from './parts.ts';
import { instanceOf, shows, type Shown } from './shown.ts';

function words(language: Language, { Capacity = '' }: CloudDisk, part: number | null): string {
  const { t } = language;
  const size = memory(language, Capacity);
  if (part === null) return [size, t('usage unknown')].filter(Boolean).join(' · ');
  const percent = number(language, part * 100);
  const gib = gibibytes(Capacity);
  return gib === null
    ? t('%1 % used', percent)
    : t('%1 of %2 used (%3 %)', number(language, gib * part, 1), size, percent);
}

function bar(part: number | null, label: string, text: string): VNode {
  if (part === null) return h('div.bar', { 'data-tone': 'unknown' });
  const tone = part > 0.9 ? 'bad' : part > 0.75 ? 'warn' : 'good';
  return h(
    'div.bar',
    {
      role: 'meter',
      'data-tone': tone,
      'aria-label': label,
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-valuenow': Math.round(part * 100),
      'aria-valuetext': text,
    },
    h('div.fill', { '--part': part }),
  );
}

function row(language: Language, disk: CloudDisk): VNode {
  const { MountPath = '', SubType, Path } = disk;
  const part = usedPart(disk);
  const text = words(language, disk, part);
  const label = language.t('Disk %1', MountPath);
  return h(
    'li.disk',
    { key: MountPath + String(Path) },
    h(
      'span.path',
      {},
      bdi('mono', MountPath || '—'),
      MountPath ? copyButton(language, MountPath) : null,
    ),
    SubType ? badge(SubType === 'rootfs' ? language.t('system disk') : SubType) : null,
    h('span.source', {}, text),
    bar(part, label, text),
  );
}

/** Disks as bars. */
export function disks(shown: Shown): Child[] {
  const { language } = shown;
  const all = (instanceOf(shown).CloudDisks ?? []).flat();
  if (!shows(shown, 'disks') || !shown.reading) return [];
  if (!all.length && !shown.named.includes('disks')) return [];
  const list = all.length
    ? rows(language, all, one => row(language, one))
    : h('p.none', {}, language.t('none'));
  return section(language.t('Disks'), all.length, list);
}
