import { html, nothing, type TemplateResult } from 'lit-html';
import { t } from '../language.ts';
import { alert } from './alert.ts';
import { details } from './details.ts';
import { foot } from './foot.ts';
import { header } from './header.ts';
import { datasets, disks, snapshots } from './lists.ts';
import { network } from './network.ts';
import type { View } from './parts.ts';
import { resources } from './resources.ts';
import { shows, type SectionName, type Shown } from './shown.ts';
import { stop } from './stop.ts';

/** A part of a panel. */
interface Region {
  readonly view: (shown: Shown) => View;
  /** The sections of an instance that it belongs to; none if it is always there. */
  readonly sections: readonly SectionName[];
  /** `half` where it stands next to another one if there is room. */
  readonly kind?: string;
}

/** The parts of a panel, top to bottom. */
export const REGIONS: readonly Region[] = [
  { view: header, sections: ['status'], kind: 'half' },
  { view: stop, sections: ['status', 'timers'], kind: 'half' },
  { view: alert, sections: [] },
  { view: resources, sections: ['resources'] },
  { view: datasets, sections: ['datasets'], kind: 'half' },
  { view: snapshots, sections: ['snapshots'], kind: 'half' },
  { view: disks, sections: ['disks'] },
  { view: network, sections: ['network'] },
  { view: details, sections: ['details'] },
  { view: foot, sections: [], kind: 'foot' },
];

function region({ view, sections, kind = '' }: Region, shown: Shown): View {
  try {
    const wanted = shown.known && sections.some(one => shows(shown, one));
    const content = wanted || !sections.length ? view(shown) : nothing;
    if (content === nothing) return nothing;
    return html`<div class=${kind}>${content}</div>`;
  } catch (error) {
    // A response that is not as it should be costs its part of the panel, not the panel.
    console.error('jupyter-dsw', error);
    return nothing;
  }
}

/** The whole panel. What a reading or a tick does not change stays the element that it is. */
export function panel(shown: Shown): TemplateResult {
  // No landmark: a notebook may have many panels.
  return html`<div class="panel" role="group" aria-label=${t('DSW instance')}>
    ${REGIONS.map(one => region(one, shown))}
  </div>`;
}
