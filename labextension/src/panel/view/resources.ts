import { duration, memory } from '../format.ts';
import { h, type Child, type VNode } from '../vdom.ts';
import { bdi, copyButton, section } from './parts.ts';
import { instanceOf, shows, type Shown } from './shown.ts';
import { entry } from './words.ts';

function gpu({ GPU, GPUType }: { GPU?: string; GPUType?: string }): string | null {
  if (!Number(GPU)) return null;
  return GPUType ? `${String(GPU)} × ${GPUType}` : String(GPU);
}

function tile(label: string, value: string | null | undefined): VNode | null {
  return value
    ? h('div.tile', { key: label }, h('dt', {}, label), h('dd', {}, bdi('value', value)))
    : null;
}

/** A tile for what is long. */
function wideTile(label: string, value: string | undefined, extra: Child = null): VNode | null {
  return value
    ? h('div.wide', { key: label }, h('dt', {}, label), h('dd', {}, bdi('value', value), extra))
    : null;
}

/** What the instance runs on. */
export function resources(shown: Shown): Child[] {
  const { language } = shown;
  const { t } = language;
  const one = instanceOf(shown);
  const { RequestedResource: asked = {}, AccumulatedRunningTimeInMs: ran } = one;
  const payment: Record<string, string> = {
    PayAsYouGo: t('Pay-as-you-go'),
    Subscription: t('Subscription'),
  };
  const tiles = [
    tile('GPU', gpu(asked)),
    tile('CPU', asked.CPU && t('%1 cores', asked.CPU)),
    tile(t('Memory'), asked.Memory && memory(language, asked.Memory)),
    tile(t('Shared memory'), asked.SharedMemory && memory(language, asked.SharedMemory)),
    tile(t('GPU driver'), one.Driver),
    tile(t('Billing'), entry(payment, one.PaymentType) ?? one.PaymentType),
    tile(t('Total run time'), ran ? duration(language, ran) : null),
    wideTile(t('Instance type'), one.EcsSpec),
    wideTile(t('Image'), one.ImageName, one.ImageUrl ? copyButton(language, one.ImageUrl) : null),
  ].filter(Boolean);
  if (!shown.reading || !shows(shown, 'resources') || !tiles.length) return [];
  return section(t('Resources'), null, h('dl.tiles', {}, ...tiles));
}
