import { moment } from '../format.ts';
import { snapshots as sorted, type Snapshot } from '../instance.ts';
import type { Language } from '../language.ts';
import { h, type Child, type VNode } from '../vdom.ts';
import { badge, copyButton, link, rows, section } from './parts.ts';
import { instanceOf, shows, type Shown } from './shown.ts';

const STEPS = ['Committing', 'Pushing', 'Saved'];

/** Committing → Pushing → Saved: what is behind it, where it is, what is to come. */
function steps({ t }: Language, status: string): VNode {
  const words = [t('Committing'), t('Pushing'), t('Saved')];
  const now = STEPS.indexOf(status);
  const state = (step: number) =>
    step < now || now === 2 ? 'done' : step === now ? 'now' : 'next';
  const items = words.map((word, step) =>
    h('li.step', { 'data-is': state(step), 'aria-current': step === now ? 'step' : null }, word),
  );
  return h('ol.steps', {}, ...items);
}

function failure({ t }: Language, { ReasonMessage, ReasonCode }: Snapshot): VNode {
  const said = [ReasonMessage, ReasonCode && `(${ReasonCode})`].filter(Boolean).join(' ');
  return h('p.reason', {}, said || t('DSW gives no reason.'));
}

function progress(language: Language, status = ''): Child {
  if (status === 'Failed') return badge(language.t('Save failed'), 'bad');
  return STEPS.includes(status) ? steps(language, status) : badge(status || '—');
}

function row(language: Language, snapshot: Snapshot): VNode {
  const { ImageName, ImageId = '', ImageUrl, RepositoryUrl, GmtCreateTime, Status } = snapshot;
  return h(
    'li.snapshot',
    { key: ImageId },
    h(
      'span.path',
      {},
      h('bdi.name', {}, link(RepositoryUrl, ImageName ?? (ImageId || '—'))),
      ImageUrl ? copyButton(language, ImageUrl) : null,
    ),
    GmtCreateTime ? h('span.when', {}, moment(language, GmtCreateTime)) : null,
    h(
      'div.outcome',
      {},
      progress(language, Status),
      Status === 'Failed' ? failure(language, snapshot) : null,
    ),
  );
}

/** Saved images, newest first. */
export function snapshots(shown: Shown): Child[] {
  const { language } = shown;
  const all = sorted(instanceOf(shown));
  if (!shows(shown, 'snapshots') || !shown.reading) return [];
  if (!all.length && !shown.named.includes('snapshots')) return [];
  const list = all.length
    ? rows(language, all, one => row(language, one))
    : h('p.none', {}, language.t('none'));
  return section(language.t('Snapshots'), all.length, list);
}
