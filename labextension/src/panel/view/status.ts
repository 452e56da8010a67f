import { t, word } from '../language.ts';
import { isNode, type Part } from '../vdom.ts';
import { badge, copyButton, link, reason } from './parts.ts';
import { instanceOf, type Shown } from './shown.ts';

/** GetInstance's statuses in words; one that is not known is its own word. */
export function statusWords(status: string | undefined): string {
  return word(
    t(
      'SaveFailed:Image save failed,ResourceAllocating:Allocating resources,Saving:Saving image,Saved:Image saved,EnvPreparing:Preparing environment',
    ),
    status || '—',
  );
}

/** What colours a status: those that end by themselves (`Saving`, `Queuing` …) are busy. */
export function tone(status = ''): string {
  if (/^(Running|Saved)$/.test(status)) return 'good';
  return status.endsWith('Failed') ? 'bad' : status.endsWith('ing') ? 'busy' : '';
}

/** Status with a dot and words, name, where it is and what leads there. */
export function header(shown: Shown): Part[] {
  const instance = instanceOf(shown);
  const { Status, InstanceName, InstanceId, WorkspaceName } = instance;
  const links = [
    link(instance.InstanceUrl, t('Instance page')),
    link(instance.JupyterlabUrl, 'JupyterLab'),
    link(instance.WebIDEUrl, 'Web IDE'),
    link(instance.TerminalUrl, t('Terminal')),
  ].filter(isNode);
  return [
    [
      `p.state ${tone(Status)}`,
      ['i'],
      ['b', statusWords(Status)],
      shown.origin?.simulated && badge(t('simulated instance'), 'busy'),
    ],
    ['h2', { title: InstanceName ?? null }, ['bdi', InstanceName ?? '—']],
    [
      'p',
      InstanceId && ['span.path', ['code', InstanceId], copyButton(InstanceId)],
      WorkspaceName && ['bdi.soft', t('workspace %1', WorkspaceName)],
    ],
    reason(instance),
    ['p', ...links],
  ];
}
