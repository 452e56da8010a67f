import { html, nothing } from 'lit-html';
import { duration, memory } from '../format.ts';
import { t, textFor } from '../language.ts';
import { facts, type View } from './parts.ts';
import { instanceOf, type Shown } from './shown.ts';

/** "1 × A10"; empty without GPUs. */
function gpus(count = '', type = ''): string {
  return Number(count) > 0 ? [count, type].filter(Boolean).join(' × ') : '';
}

/** What the instance runs on. */
export function resources(shown: Shown): View {
  const instance = instanceOf(shown);
  const { RequestedResource: asked = {}, AccumulatedRunningTimeInMs: ran } = instance;
  const { PaymentType: payment } = instance;
  const shownFacts = facts([
    { label: 'GPU', value: gpus(asked.GPU, asked.GPUType) },
    { label: 'CPU', value: asked.CPU && t('%1 cores', asked.CPU) },
    { label: t('Memory'), value: memory(asked.Memory) },
    { label: t('Shared memory'), value: memory(asked.SharedMemory) },
    { label: t('NVIDIA driver'), value: instance.Driver },
    {
      label: t('Payment'),
      value:
        payment &&
        textFor(payment, { PayAsYouGo: t('Pay-as-you-go'), Subscription: t('Subscription') }),
    },
    { label: t('Total run time'), value: ran ? duration(ran) : '' },
    { label: t('Instance type'), value: instance.EcsSpec },
    { label: t('Image'), value: instance.ImageName, copied: instance.ImageUrl },
  ]);
  return shownFacts === nothing
    ? nothing
    : html`<h3>${t('Resources')}</h3>
        ${shownFacts}`;
}
