import { html, nothing } from 'lit-html';
import type { StopRule, Utilization } from '../contract.ts';
import { measure, number, percent, t } from '../i18n.ts';
import { type CurrentStop, stopsOf } from '../stops.ts';
import type { ViewModel } from '../viewmodel.ts';
import type { View } from './parts.ts';

/** The idle stop with whose thresholds utilization is compared: the nearest one that has some. */
export function comparedStop(model: ViewModel): CurrentStop | undefined {
  return stopsOf(model).find(
    ({ kind, rule }) => kind === 'idle' && (rule.cpu_percent ?? rule.gpu_percent) !== null,
  );
}

/** Whether what was measured counts as idle by a rule; null where that is unknown. */
export function isIdle(measured: Utilization, rule: StopRule): boolean | null {
  const compared = [
    [measured.cpu_percent, rule.cpu_percent] as const,
    [measured.gpu_percent, rule.gpu_percent] as const,
  ].filter(([, limit]) => limit !== null);
  // One that is reached is enough to be busy. To be idle, all have to be known.
  if (compared.some(([value, limit]) => value !== null && value >= (limit ?? 0))) return false;
  return compared.length > 0 && compared.every(([value]) => value !== null) ? true : null;
}

/** A measured value, rounded down: just below its limit it must not look as if it had reached it. */
function measuredText(value: number | null, limit: number | null): string {
  if (value === null) return t('unknown');
  const scale = (limit ?? 0) % 1 ? 100 : 1;
  return percent(Math.floor(value * scale) / scale, 2);
}

/** CPU and GPU, each next to its threshold; empty where neither is known. */
function figures({ cpu_percent: cpu, gpu_percent: gpu }: Utilization, rule?: StopRule): string {
  if (cpu === null && gpu === null) return '';
  const { cpu_percent: cpuLimit = null, gpu_percent: gpuLimit = null } = rule ?? {};
  const parts = [];
  if (cpuLimit !== null) {
    const value = measuredText(cpu, cpuLimit);
    parts.push(t('CPU %1 (stops below %2)', value, percent(cpuLimit, 2)));
  } else if (cpu !== null) parts.push(t('CPU %1', measuredText(cpu, null)));
  if (gpuLimit !== null) {
    const value = measuredText(gpu, gpuLimit);
    parts.push(t('GPU %1 (stops below %2)', value, percent(gpuLimit, 2)));
  } else if (gpu !== null) parts.push(t('GPU %1', measuredText(gpu, null)));
  return parts.join(t(', '));
}

/** What the platform counts, where that is not what was measured; empty where they agree. */
function disagreement(idle: boolean | null, stop: CurrentStop | undefined): string {
  const counted = stop?.idle_minutes ?? null;
  if (idle === null || counted === null) return '';
  const minutes = measure(number(counted, 1), t('min'));
  // A sample is of the last minute: one idle minute is no contradiction.
  if (!idle && counted > 1) return t('The platform has counted %1 of idleness so far.', minutes);
  return idle && !counted ? t('The platform does not count it as idle so far.') : '';
}

/** Whether the instance is idle now: CPU and GPU next to the thresholds, and what follows. */
export function idleNow(model: ViewModel): View {
  const { utilization: measured = null } = model.known ?? {};
  // It was measured when the reading was taken: of a saved one that is long ago.
  if (!measured || model.known === model.saved) return nothing;
  const stop = comparedStop(model);
  const shown = figures(measured, stop?.rule);
  if (!shown) return nothing;
  const idle = stop ? isIdle(measured, stop.rule) : null;
  const follows = !stop
    ? shown
    : idle === null
      ? t('%1: it is unknown whether this counts as idle.', shown)
      : idle
        ? t('%1: counts as idle.', shown)
        : t('%1: busy, the idle timer does not run.', shown);
  return html`<p class="now-idle">${follows} ${disagreement(idle, stop)}</p>
    <p class="soft">
      ${t('Measured in this container; what the platform measures is not documented.')}
    </p>`;
}
