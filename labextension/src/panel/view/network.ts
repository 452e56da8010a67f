import { html, nothing } from 'lit-html';
import { t } from '../language.ts';
import { facts, type View } from './parts.ts';
import { instanceOf, type Shown } from './shown.ts';
import { few } from './values.ts';

/** The VPC, its addresses and forwarded ports, without a heading. */
export function networkFacts(shown: Shown): View {
  const { UserVpc: vpc = {}, PodIps: pods = [] } = instanceOf(shown);
  const forwards = (vpc.ForwardInfos ?? []).map(({ Name, ExternalPort, ForwardPort, AccessType }) =>
    [Name, [ExternalPort, ForwardPort].filter(Boolean).join(' → '), few(AccessType ?? [])]
      .filter(Boolean)
      .join(' · '),
  );
  // One text may hold several blocks, quoted and with commas.
  const blocks = (vpc.ExtendedCIDRs ?? []).flatMap(text => text.split(/[\s",]+/));
  return facts([
    { label: 'VPC', value: vpc.VpcId, copied: vpc.VpcId },
    { label: t('vSwitch'), value: vpc.VSwitchId, copied: vpc.VSwitchId },
    { label: t('Security group'), value: vpc.SecurityGroupId, copied: vpc.SecurityGroupId },
    { label: t('CIDR blocks'), value: few(blocks) },
    { label: t('Default route'), value: vpc.DefaultRoute },
    { label: 'IP', value: vpc.Ip },
    { label: t('Pod IPs'), value: few(pods.map(({ Ip }) => Ip)) },
    { label: t('Forwarding'), value: few(forwards) },
  ]);
}

/** The network, as a section of its own. */
export function network(shown: Shown): View {
  const known = networkFacts(shown);
  const none = html`<p class="soft">${t('No VPC is configured.')}</p>`;
  return html`<h3>${t('Network')}</h3>
    ${known === nothing ? none : known}`;
}
