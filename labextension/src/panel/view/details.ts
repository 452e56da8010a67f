import { html, nothing, type TemplateResult } from 'lit-html';
import { moment } from '../format.ts';
import type { Instance } from '../instance.ts';
import { t, textFor } from '../language.ts';
import { networkFacts } from './network.ts';
import { facts, fold, link, type Fact, type View } from './parts.ts';
import { instanceOf, shows, type Shown } from './shown.ts';
import { both, brief, few, isEmpty, onOrOff, pairs, yesOrNo } from './values.ts';

/** The elements that have a place in the panel, here or elsewhere. */
const PLACED = new Set([
  ...['InstanceId', 'InstanceName', 'InstanceUrl', 'JupyterlabUrl', 'WebIDEUrl', 'TerminalUrl'],
  ...['Status', 'ReasonCode', 'ReasonMessage', 'WorkspaceId', 'WorkspaceName', 'WorkspaceSource'],
  ...['EcsSpec', 'RequestedResource', 'Driver', 'PaymentType', 'AccumulatedRunningTimeInMs'],
  ...['ImageId', 'ImageName', 'ImageUrl', 'ImageAuth', 'AcceleratorType', 'Accessibility'],
  ...['UserId', 'UserName', 'GmtCreateTime', 'GmtModifiedTime', 'TenantId', 'UserCommandId'],
  ...['Datasets', 'LatestSnapshot', 'InstanceSnapshotList', 'CloudDisks', 'DynamicMount'],
  ...['InstanceShutdownTimer', 'IdleInstanceCuller', 'UserVpc', 'PodIps', 'ProxyPath'],
  ...['ResourceId', 'ResourceName', 'Priority', 'EnvironmentVariables', 'Labels', 'Tags'],
  ...['DockerConfig', 'CredentialConfig', 'Affinity', 'NodeErrorRecovery', 'MigrationOptions'],
  ...['AccessRestrictionRules', 'ServiceConfig'],
  // Of the response, not of the instance.
  ...['RequestId', 'Success', 'Message', 'Code', 'HttpStatusCode'],
]);

/** Whose it is, what it was made of, since when. */
function general(instance: Instance): Fact[] {
  const { GmtCreateTime: created, GmtModifiedTime: changed, WorkspaceId: workspace } = instance;
  const { InstanceUrl: url } = instance;
  return [
    { label: t('Owner'), value: both(instance.UserName, instance.UserId) },
    { label: t('Workspace'), value: both(instance.WorkspaceName, workspace), copied: workspace },
    {
      label: t('Visibility'),
      value:
        instance.Accessibility &&
        textFor(instance.Accessibility, { PRIVATE: t('private'), PUBLIC: t('public') }),
    },
    { label: t('Created'), value: created && moment(created) },
    { label: t('Changed'), value: changed && moment(changed) },
    { label: t('Compute'), value: instance.AcceleratorType },
    { label: t('Resource'), value: both(instance.ResourceName, instance.ResourceId) },
    { label: t('Priority'), value: instance.Priority },
    { label: t('Workspace folder'), value: instance.WorkspaceSource },
    { label: t('Proxy path'), value: instance.ProxyPath },
    { label: t('Image ID'), value: instance.ImageId, copied: instance.ImageId },
    { label: t('Image URL'), value: instance.ImageUrl, copied: instance.ImageUrl },
    { label: t('Instance page'), value: url, view: link(url, url ?? '') },
  ];
}

/** How it is set up. */
function settings(instance: Instance): Fact[] {
  const { DynamicMount: mount, CredentialConfig: credentials } = instance;
  const { NodeErrorRecovery: recovery, EnvironmentVariables: variables = {} } = instance;
  const folders = (mount?.MountPoints ?? []).map(({ RootPath }) => RootPath);
  const roles = (credentials?.Configs ?? [])
    .flatMap(({ Roles }) => Roles ?? [])
    .map(({ RoleArn }) => RoleArn);
  return [
    { label: t('Environment'), value: few(Object.keys(variables)) },
    { label: t('Labels'), value: pairs((instance.Labels ?? []).map(one => [one.Key, one.Value])) },
    {
      label: t('Tags'),
      value: pairs((instance.Tags ?? []).map(one => [one.TagKey, one.TagValue])),
    },
    {
      label: t('Dynamic mount'),
      value: [onOrOff(mount), few(folders)].filter(Boolean).join(' '),
    },
    { label: 'Docker', value: onOrOff(instance.DockerConfig) },
    { label: t('Credentials'), value: onOrOff(credentials) },
    { label: t('Roles'), value: few(roles) },
    { label: t('CPU affinity'), value: onOrOff(instance.Affinity?.CPU) },
    { label: t('Node error'), value: yesOrNo(recovery?.hasNodeError) },
    { label: t('Node switch'), value: yesOrNo(recovery?.enableAutoSwitchOnNodeError) },
    { label: t('Migration'), value: pairs(Object.entries(instance.MigrationOptions ?? {})) },
    {
      label: t('Access rules'),
      value: pairs(Object.entries(instance.AccessRestrictionRules ?? {})),
    },
    { label: t('Custom command'), value: instance.UserCommandId },
    { label: t('Tenant'), value: instance.TenantId },
    { label: t('Request ID'), value: instance.RequestId, copied: instance.RequestId },
  ];
}

/** Elements that are newer than this panel, under their own names. */
function unplaced(instance: Instance): Fact[] {
  return Object.entries(instance)
    .filter(([name, value]) => !PLACED.has(name) && !isEmpty(value))
    .map(([label, value]) => ({ label, value: brief(value) }));
}

/** What the server does not pass on, by place, folded behind how many they are. */
function hidden(shown: Shown): View {
  const places = shown.known?.redacted ?? [];
  if (!places.length) return nothing;
  const count = places.length === 1 ? t('1 hidden value') : t('%1 hidden values', places.length);
  return fold(
    shown,
    'hidden',
    count,
    () =>
      html`<p class="soft">${t('Hidden, because they are or may be secret:')}</p>
        <p><code class="soft">${places.join(', ')}</code></p>`,
  );
}

function all(shown: Shown): TemplateResult {
  const instance = instanceOf(shown);
  return html`${facts([...general(instance), ...settings(instance), ...unplaced(instance)])}
    ${shows(shown, 'network') ? nothing : networkFacts(shown)} ${hidden(shown)}
    <p class="actions">
      <button type="button" data-action="copy-json">${t('Copy as JSON')}</button>
    </p>`;
}

/** The rest of the response, folded. */
export function details(shown: Shown): View {
  return fold(shown, 'details', t('Details'), () => all(shown));
}
