import { h, type Child } from '../vdom.ts';
import { badge, bdi, copyButton, link } from './parts.ts';
import { instanceOf, shows, type Shown } from './shown.ts';
import { statusTone, statusWords } from './words.ts';

function links(shown: Shown): Child {
  const { t } = shown.language;
  const { InstanceUrl, JupyterlabUrl, WebIDEUrl, TerminalUrl } = instanceOf(shown);
  const all = [
    link(InstanceUrl, t('Instance page')),
    link(JupyterlabUrl, 'JupyterLab'),
    link(WebIDEUrl, 'Web IDE'),
    link(TerminalUrl, t('Terminal')),
  ].filter(one => typeof one !== 'string');
  return all.length ? h('div.links', { role: 'group', 'aria-label': t('Open') }, ...all) : null;
}

function reason(shown: Shown): Child {
  const { t } = shown.language;
  const { Status = '', ReasonCode, ReasonMessage } = instanceOf(shown);
  if (!Status.endsWith('Failed')) return null;
  const said = [ReasonMessage, ReasonCode && `(${ReasonCode})`].filter(Boolean).join(' ');
  return h('p.reason', {}, said || t('DSW gives no reason.'));
}

function identity(shown: Shown): Child {
  const { t } = shown.language;
  const { InstanceId, WorkspaceName } = instanceOf(shown);
  return h(
    'p.identity',
    {},
    InstanceId
      ? h('span.path', {}, bdi('mono', InstanceId), copyButton(shown.language, InstanceId))
      : null,
    WorkspaceName ? bdi('source', t('workspace %1', WorkspaceName)) : null,
  );
}

/** Status with a dot and words, name, where it is and what leads there. */
export function header(shown: Shown): Child[] {
  if (!shown.reading || !shows(shown, 'status')) return [];
  const { language, origin } = shown;
  const { Status, InstanceName } = instanceOf(shown);
  return [
    h(
      'p.state',
      { 'data-tone': statusTone(Status) },
      h('span.dot'),
      h('b', {}, statusWords(language, Status)),
      origin?.simulated ? badge(language.t('simulated instance'), 'note') : null,
    ),
    h(
      'h2',
      { title: InstanceName ?? null },
      bdi('name', InstanceName ?? language.t('Unnamed instance')),
    ),
    identity(shown),
    reason(shown),
    links(shown),
  ];
}
