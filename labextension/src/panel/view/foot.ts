import { html, nothing } from 'lit-html';
import { duration, moment } from '../format.ts';
import { t } from '../language.ts';
import { dotted, refreshButton, type View } from './parts.ts';
import type { Shown } from './shown.ts';

/** How old the reading is, a button for a new one, and where it came from. */
export function foot({ origin, known, elapsed, asking, refused }: Shown): View {
  const { read_at: readAt = null, age_ms: age = null } = known ?? {};
  const old =
    age === null
      ? nothing
      : html`<span title=${readAt ? moment(readAt) : nothing}
          >${dotted(
            t('read %1 ago', duration(age + elapsed)),
            // The endpoint's response had no date: times left to a due time depend on it.
            known?.read_at_by === 'local' && t("by the server's clock"),
          )}</span
        >`;
  return html`${old} ${refreshButton(asking)}
    ${refused ? html`<span>${t('There is nothing newer yet.')}</span>` : nothing}
    <bdi>${dotted(origin?.endpoint, origin?.region)}</bdi>`;
}
