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
    ['GPU', gpus(requested.GPU, requested.GPUType)],
    ['CPU', requested.CPU && t('%1 cores', requested.CPU)],
    [t('Memory'), memory(requested.Memory)],
    [t('Shared memory'), memory(requested.SharedMemory)],
    [t('NVIDIA driver'), instance.Driver],
    [
      t('Payment'),
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
