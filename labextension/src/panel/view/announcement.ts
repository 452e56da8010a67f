import { MINUTE, minutes } from '../format.ts';
import { t } from '../language.ts';
import { wrong } from './foot.ts';
import { instanceOf, type Shown } from './shown.ts';
import { statusWords } from './status.ts';
import { nearness } from './stop.ts';
import { untilNextStop } from './timers.ts';

/** What a screen reader is told whenever it changes: nothing in it ticks. */
export function announcement(shown: Shown): string {
  const near = { bad: 2, warn: 10 }[nearness(untilNextStop(shown))];
  return [
    shown.known && statusWords(instanceOf(shown).Status),
    near && t('Stops in under %1', minutes(near * MINUTE)),
    ...(wrong(shown) ?? []),
  ]
    .filter(Boolean)
    .join('\n');
}
