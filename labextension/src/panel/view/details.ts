import { NETWORK, rest } from '../instance.ts';
import { h, type Child } from '../vdom.ts';
import { section } from './parts.ts';
import { shows, type Shown } from './shown.ts';
import { isEmpty, tree } from './tree.ts';

/** The elements about the network, under their wire names. */
export function network(shown: Shown): Child[] {
  const { t } = shown.language;
  const instance = shown.reading?.answer.instance;
  if (!instance || !shows(shown, 'network')) return [];
  const part = Object.fromEntries(NETWORK.map(name => [name, instance[name]]));
  const content = isEmpty(part) ? h('p.none', {}, t('none')) : tree(shown.language, part);
  return section(t('Network'), null, content);
}

/** The rest of the answer, folded unless asked for by name; what was removed is named. */
export function details(shown: Shown): Child[] {
  const { t } = shown.language;
  const answer = shown.reading?.answer;
  if (!answer?.instance || !shows(shown, 'details')) return [];
  const { redacted } = answer;
  const others = rest(answer.instance, shows(shown, 'network'));
  return [
    h(
      'details',
      { open: shown.named.includes('details') ? '' : null },
      h('summary', {}, t('Details')),
      tree(shown.language, others),
      redacted.length
        ? h(
            'p.redacted',
            {},
            t('Left out because they are secret: %1', redacted.slice(0, 100).join(', ')),
          )
        : null,
    ),
  ];
}
