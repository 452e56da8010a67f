import { html, nothing, type TemplateResult } from 'lit-html';
import type { Instance } from '../elements.ts';
import { duration, memory, moment, t, textFor } from '../i18n.ts';
import { instanceOf, shows, type ViewModel } from '../viewmodel.ts';
import { dotted, type Fact, facts, fold, link, type View } from './parts.ts';

/** Values of one enumeration that are shown. */
const MOST = 20;
/** Characters of a value that are shown. */
const MOST_CHARACTERS = 200;

/** Enumerates values, the first of them. */
function enumerate(values: readonly (string | undefined)[]): string {
  const filled = values.filter(Boolean);
  const more = filled.length - MOST;
  const listed = more > 0 ? [...filled.slice(0, MOST), t('%1 more', more)] : filled;
  return listed.join(t(', '));
}

/** Any JSON value in one line; empty where there is none. */
function oneLine(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

/** Enumerates names with their values. */
function pairs(all: readonly (readonly [name: string | undefined, value: unknown])[]): string {
  return enumerate(
    all.map(([name = '', value]) => [name, oneLine(value)].filter(Boolean).join('=')),
  );
}

/** "name (identifier)", or the one there is. */
function named(name = '', identifier = ''): string {
  return name && identifier ? t('%1 (%2)', name, identifier) : name || identifier;
}

/** "on" or "off"; empty if it is not known. */
function onOrOff(setting: { readonly Enable?: boolean } | undefined): string {
  if (setting?.Enable === undefined) return '';
  return setting.Enable ? t('on') : t('off');
}

/** "yes" or "no"; empty if it is not known. */
function yesOrNo(value: boolean | undefined): string {
  if (value === undefined) return '';
  return value ? t('yes') : t('no');
}

/** "1 × A10"; empty without GPUs. */
function gpus(count = '', type = ''): string {
  return Number(count) > 0 ? [count, type].filter(Boolean).join(' × ') : '';
}

/** What the instance runs on. */
export function resources(model: ViewModel): View {
  const instance = instanceOf(model);
  const { RequestedResource: requested = {}, AccumulatedRunningTimeInMs: ran } = instance;
  const { PaymentType: payment } = instance;
  const shownFacts = facts([
    ['GPU', gpus(requested.GPU, requested.GPUType)],
    ['CPU', requested.CPU && t('%1 cores', requested.CPU)],
    [t('Memory'), memory(requested.Memory)],
    [t('Shared memory'), memory(requested.SharedMemory)],
    [t('NVIDIA driver'), instance.Driver],
    [
      t('Billing method'),
      payment &&
        textFor(payment, { PayAsYouGo: t('Pay-as-you-go'), Subscription: t('Subscription') }),
    ],
    [t('Total run time'), ran ? duration(ran) : ''],
    [t('Instance type'), instance.EcsSpec],
    [t('Image'), instance.ImageName, instance.ImageUrl],
  ]);
  return shownFacts === nothing
    ? nothing
    : html`<h3>${t('Resources')}</h3>
        ${shownFacts}`;
}

/** The VPC, its addresses and forwarded ports, without a heading. */
function networkFacts(model: ViewModel): View {
  const { UserVpc: vpc = {}, PodIps: pods = [] } = instanceOf(model);
  const forwards = (vpc.ForwardInfos ?? []).map(({ Name, ExternalPort, ForwardPort, AccessType }) =>
    [Name, [ExternalPort, ForwardPort].filter(Boolean).join(' → '), enumerate(AccessType ?? [])]
      .filter(Boolean)
      .join(' · '),
  );
  // One text may have several blocks, quoted and with commas.
  const blocks = (vpc.ExtendedCIDRs ?? []).flatMap(text => text.split(/[\s",]+/));
  return facts([
    ['VPC', vpc.VpcId, vpc.VpcId],
    [t('vSwitch'), vpc.VSwitchId, vpc.VSwitchId],
    [t('Security group'), vpc.SecurityGroupId, vpc.SecurityGroupId],
    [t('CIDR blocks'), enumerate(blocks)],
    [t('Default route'), vpc.DefaultRoute],
    ['IP', vpc.Ip],
    [t('Pod IPs'), enumerate(pods.map(({ Ip }) => Ip))],
    [t('Forwarding'), enumerate(forwards)],
  ]);
}

/** The network, as a section of its own. */
export function network(model: ViewModel): View {
  const known = networkFacts(model);
  const none = html`<p class="soft">${t('No VPC is configured.')}</p>`;
  return html`<h3>${t('Network')}</h3>
    ${known === nothing ? none : known}`;
}

/** Whose it is, what it was made of, since when. */
function general(instance: Instance): Fact[] {
  const { GmtCreateTime: created, GmtModifiedTime: changed, WorkspaceId: workspace } = instance;
  const { InstanceUrl: url } = instance;
  return [
    [t('Owner'), named(instance.UserName, instance.UserId)],
    [t('Workspace'), named(instance.WorkspaceName, workspace), workspace],
    [
      t('Visibility'),
      instance.Accessibility &&
        textFor(instance.Accessibility, { PRIVATE: t('private'), PUBLIC: t('public') }),
    ],
    [t('Created'), created && moment(created)],
    [t('Modified'), changed && moment(changed)],
    [t('Compute'), instance.AcceleratorType],
    [t('Resource'), named(instance.ResourceName, instance.ResourceId)],
    [t('Priority'), instance.Priority],
    [t('Workspace folder'), instance.WorkspaceSource],
    [t('Proxy path'), instance.ProxyPath],
    [t('Image ID'), instance.ImageId, instance.ImageId],
    [t('Image URL'), instance.ImageUrl, instance.ImageUrl],
    [t('Instance page'), url, undefined, link(url, url ?? '')],
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
    [t('Environment'), enumerate(Object.keys(variables))],
    [t('Labels'), pairs((instance.Labels ?? []).map(one => [one.Key, one.Value]))],
    [t('Tags'), pairs((instance.Tags ?? []).map(one => [one.TagKey, one.TagValue]))],
    [t('Dynamic mount'), dotted(onOrOff(mount), enumerate(folders))],
    ['Docker', onOrOff(instance.DockerConfig)],
    [t('Credentials'), onOrOff(credentials)],
    [t('Roles'), enumerate(roles)],
    [t('CPU affinity'), onOrOff(instance.Affinity?.CPU)],
    [t('Node error'), yesOrNo(recovery?.hasNodeError)],
    [t('Node switch'), yesOrNo(recovery?.enableAutoSwitchOnNodeError)],
    [t('Migration'), pairs(Object.entries(instance.MigrationOptions ?? {}))],
    [t('Access rules'), pairs(Object.entries(instance.AccessRestrictionRules ?? {}))],
    [t('Custom command'), instance.UserCommandId],
    [t('Tenant'), instance.TenantId],
    [t('Request ID'), instance.RequestId, instance.RequestId],
  ];
}

/** What the server does not pass on, by place, folded behind how many they are. */
function hidden(model: ViewModel): View {
  const places = model.known?.redacted ?? [];
  if (!places.length) return nothing;
  const count = places.length === 1 ? t('1 hidden value') : t('%1 hidden values', places.length);
  return fold(
    model,
    'hidden',
    count,
    () =>
      html`<p class="soft">${t('Hidden, because they are or may be secret:')}</p>
        <p><code class="soft">${places.join(', ')}</code></p>`,
  );
}

function all(model: ViewModel): TemplateResult {
  const instance = instanceOf(model);
  return html`${facts([...general(instance), ...settings(instance)])}
    ${shows(model, 'network') ? nothing : networkFacts(model)} ${hidden(model)}
    <p class="actions">
      <button type="button" data-action="copy-json">${t('Copy as JSON')}</button>
    </p>`;
}

/** The rest of the response, folded. */
export function details(model: ViewModel): View {
  return fold(model, 'details', t('Details'), () => all(model));
}
