import { duration, memory } from '../format.ts';
import { t, word } from '../language.ts';
import type { Part, VNode } from '../vdom.ts';
import { path } from './parts.ts';
import { instanceOf, type Shown } from './shown.ts';

/** What the instance runs on. */
export function resources(shown: Shown): Part[] {
  const instance = instanceOf(shown);
  const { RequestedResource: asked = {}, AccumulatedRunningTimeInMs: ran } = instance;
  const values: [label: string, value?: string | false | undefined, copied?: string | undefined][] =
    [
      ['GPU', Number(asked.GPU) > 0 && [asked.GPU, asked.GPUType].filter(Boolean).join(' × ')],
      ['CPU', asked.CPU && t('%1 cores', asked.CPU)],
      [t('Memory'), memory(asked.Memory)],
      [t('Shared memory'), memory(asked.SharedMemory)],
      [t('GPU driver'), instance.Driver],
      [t('Billing'), word(t('PayAsYouGo:Pay-as-you-go'), instance.PaymentType)],
      [t('Total run time'), !!ran && duration(ran)],
      [t('Instance type'), instance.EcsSpec],
      [t('Image'), instance.ImageName, instance.ImageUrl],
    ];
  const tiles = values.flatMap(([label, value, copied]): VNode[] =>
    value ? [['div', ['dt', label], ['dd', path(value, copied)]]] : [],
  );
  return tiles.length
    ? [
        ['h3', t('Resources')],
        ['dl.tiles', ...tiles],
      ]
    : [];
}
