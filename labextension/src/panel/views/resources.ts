import { html, nothing } from 'lit-html';
import { duration, memory } from '../format.ts';
import { t, textFor } from '../language.ts';
import { instanceOf, type ViewModel } from '../viewmodel.ts';
import { enumerate } from './details.ts';
import { facts, type View } from './parts.ts';

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
    { label: 'GPU', value: gpus(requested.GPU, requested.GPUType) },
    { label: 'CPU', value: requested.CPU && t('%1 cores', requested.CPU) },
    { label: t('Memory'), value: memory(requested.Memory) },
    { label: t('Shared memory'), value: memory(requested.SharedMemory) },
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

/** The VPC, its addresses and forwarded ports, without a heading. */
export function networkFacts(model: ViewModel): View {
  const { UserVpc: vpc = {}, PodIps: pods = [] } = instanceOf(model);
  const forwards = (vpc.ForwardInfos ?? []).map(({ Name, ExternalPort, ForwardPort, AccessType }) =>
    [Name, [ExternalPort, ForwardPort].filter(Boolean).join(' → '), enumerate(AccessType ?? [])]
      .filter(Boolean)
      .join(' · '),
  );
  // One text may have several blocks, quoted and with commas.
  const blocks = (vpc.ExtendedCIDRs ?? []).flatMap(text => text.split(/[\s",]+/));
  return facts([
    { label: 'VPC', value: vpc.VpcId, copied: vpc.VpcId },
    { label: t('vSwitch'), value: vpc.VSwitchId, copied: vpc.VSwitchId },
    { label: t('Security group'), value: vpc.SecurityGroupId, copied: vpc.SecurityGroupId },
    { label: t('CIDR blocks'), value: enumerate(blocks) },
    { label: t('Default route'), value: vpc.DefaultRoute },
    { label: 'IP', value: vpc.Ip },
    { label: t('Pod IPs'), value: enumerate(pods.map(({ Ip }) => Ip)) },
    { label: t('Forwarding'), value: enumerate(forwards) },
  ]);
}

/** The network, as a section of its own. */
export function network(model: ViewModel): View {
  const known = networkFacts(model);
  const none = html`<p class="soft">${t('No VPC is configured.')}</p>`;
  return html`<h3>${t('Network')}</h3>
    ${known === nothing ? none : known}`;
}
