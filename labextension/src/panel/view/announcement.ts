import { minutes } from '../format.ts';
import { wrong } from './foot.ts';
import { instanceOf, type Shown } from './shown.ts';
import { nearness, passed, untilNextStop } from './stops.ts';
import { statusWords } from './words.ts';

/**
 * What a screen reader is told, and what decides whether it has changed in meaning: the text itself
 * holds minutes, and is spoken only when the meaning changes.
 */
export function announcement(shown: Shown): [meaning: string, text: string] {
  const { language, trouble, problem } = shown;
  const { t } = language;
  const { Status } = instanceOf(shown);
  const left = untilNextStop(shown);
  const near = left === null ? 'none' : nearness(left);
  const words = [
    shown.reading && statusWords(language, Status),
    left === null || near === 'far'
      ? null
      : left > 0
        ? t('Stops in about %1', minutes(language, left))
        : passed(language, left),
    ...(wrong(shown) ?? []),
  ];
  const meaning = [Status, near, trouble, problem?.code].join();
  return [meaning, words.filter(Boolean).join('\n')];
}
