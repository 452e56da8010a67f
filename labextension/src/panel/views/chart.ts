import { html, nothing, svg, type TemplateResult } from 'lit-html';
import { duration, measure, MINUTE, moment, number, percent, t } from '../i18n.ts';
import { type Chart, chartOf, nearestPoint, type Point, rowsOf, unbrokenRuns } from '../usage.ts';
import { shows, type ViewModel } from '../viewmodel.ts';
import { fold, type View } from './parts.ts';
import { comparedStop, idleNow } from './utilization.ts';

/** The drawing is so wide and high, and stretched to the place that it has. */
const WIDTH = 1000;
const HEIGHT = 100;

/** A stop or start of the instance, at a moment in milliseconds since the epoch. */
interface Mark {
  readonly at: number;
  readonly kind: 'began' | 'ended';
}

/** Where a moment is, from the left. */
function across({ from, to }: Chart, at: number, width = WIDTH): string {
  const part = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return (part * width).toFixed(1);
}

/** Where a value in percent is, from the top. */
function down(value: number): string {
  return (HEIGHT - Math.min(100, Math.max(0, value))).toFixed(1);
}

/** A line of values; those without neighbours are dots. */
function line(chart: Chart, name: 'cpu' | 'gpu'): TemplateResult {
  const place = (point: Point) => `${across(chart, point.at)} ${down(point[name] ?? 0)}`;
  const runs = unbrokenRuns(chart, point => point[name] !== null);
  const lines = runs.map(run => `M${run.map(place).join('L')}`);
  const dots = runs.filter(run => run.length === 1).map(run => `M${run.map(place).join('')}h0`);
  return svg`<path class="${name} line" d=${lines.join('')}></path>
    <path class="${name} dots" d=${dots.join('')}></path>`;
}

/** When the platform counted idle minutes: from where they began to where they were last seen. */
function band(chart: Chart): TemplateResult {
  const runs = unbrokenRuns(chart, ({ idle }) => (idle ?? 0) > 0);
  const bands = runs.map(run => {
    const begins = run.map(({ at, idle }) => at - (idle ?? 0) * MINUTE);
    const [begin, end] = [Math.min(...begins), Math.max(...run.map(({ at }) => at))];
    const [left, right] = [across(chart, begin), across(chart, end)];
    return `M${left} 0H${right}V${HEIGHT}H${left}z`;
  });
  return svg`<path class="idle" d=${bands.join('')}></path>`;
}

/** A threshold of the idle stop. */
function threshold(value: number | null, name: 'cpu' | 'gpu'): View {
  if (value === null) return nothing;
  return svg`<path class="threshold ${name}" d="M0 ${down(value)}H${WIDTH}"></path>`;
}

/** Stops and starts that the chart covers. */
function marksOf({ known }: ViewModel, { from, to }: Chart): Mark[] {
  return (known?.sessions ?? [])
    .flatMap(({ started_at: start, ended_at: end }): Mark[] => [
      { at: Date.parse(start ?? ''), kind: 'began' },
      { at: Date.parse(end ?? ''), kind: 'ended' },
    ])
    .filter(({ at }) => at > from && at < to);
}

/** Its sign next to its line: before a stop and after a start, so that those of a restart do not touch. */
function sign(chart: Chart, { at, kind }: Mark): TemplateResult {
  const text = kind === 'began' ? t('Start') : t('Stop');
  return html`<span class="mark ${kind}" style="left:${across(chart, at, 100)}%" title=${text}
    >${kind === 'began' ? '▶' : '■'}</span
  >`;
}

/** A value of CPU or GPU after the name of its line; nothing where there is none. */
function value(name: 'cpu' | 'gpu', percentage: number | null): View {
  if (percentage === null) return nothing;
  return html`<span class="key ${name}">${name.toUpperCase()} ${percent(percentage)}</span>`;
}

/** The values at a moment, as a text of one line. */
function textOf({ at, cpu, gpu, idle }: Point): string {
  return [
    moment(new Date(at).toISOString()),
    cpu !== null && `CPU ${percent(cpu)}`,
    gpu !== null && `GPU ${percent(gpu)}`,
    idle !== null && idle > 0 && t('idle for %1', minutes(idle)),
  ]
    .filter(Boolean)
    .join(' · ');
}

const minutes = (value: number) => measure(number(value), t('min'));

/** The values that are read: where the pointer is or the keyboard was, else the newest ones. */
function values(model: ViewModel, { at, cpu, gpu, idle }: Point): TemplateResult {
  const { cpu_percent: cpuLimit = null, gpu_percent: gpuLimit = null } =
    comparedStop(model)?.rule ?? {};
  const key = (name: string, text: string) => html`<span class="key ${name}">${text}</span>`;
  return html`<p class="soft values">
    <span>${moment(new Date(at).toISOString())}</span> ${value('cpu', cpu)} ${value('gpu', gpu)}
    ${idle === null ? nothing : key('idle', t('idle for %1', minutes(idle)))}
    ${(cpuLimit ?? gpuLimit) === null ? nothing : key('threshold', t('threshold'))}
  </p>`;
}

/** The same as a table, ten minutes in one row. */
function table(chart: Chart): TemplateResult {
  const cell = (value: number | null, write: (value: number) => string) =>
    html`<td>${value === null ? '—' : write(value)}</td>`;
  const hasGpu = chart.points.some(({ gpu }) => gpu !== null);
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${t('From')}</th>
        <th scope="col">CPU</th>
        ${hasGpu ? html`<th scope="col">GPU</th>` : nothing}
        <th scope="col">${t('Idle')}</th>
      </tr>
    </thead>
    <tbody>
      ${rowsOf(chart).map(
        ({ from, cpu, gpu, idle }) =>
          html`<tr>
            <th scope="row">${moment(new Date(from).toISOString())}</th>
            ${cell(cpu, percent)}${hasGpu ? cell(gpu, percent) : nothing}${cell(idle, minutes)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** The lines of CPU and GPU, with all that belongs to them, in the place that they have. */
function plot(model: ViewModel, chart: Chart, point: Point): TemplateResult {
  const marks = marksOf(model, chart);
  const rule = comparedStop(model)?.rule;
  const x = across(chart, point.at);
  return html`<div
    class="plot"
    role="slider"
    tabindex="0"
    aria-label=${t('CPU and GPU over time')}
    aria-valuemin="0"
    aria-valuemax=${chart.points.length - 1}
    aria-valuenow=${chart.points.indexOf(point)}
    aria-valuetext=${textOf(point)}
  >
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${band(chart)}${threshold(rule?.cpu_percent ?? null, 'cpu')}
      ${threshold(rule?.gpu_percent ?? null, 'gpu')} ${line(chart, 'gpu')}${line(chart, 'cpu')}
      ${marks.map(({ at, kind }) => svg`<path class="mark ${kind}" d="M${across(chart, at)} 0V100"></path>`)}
      ${model.pointed === null ? nothing : svg`<path class="cursor" d="M${x} 0V100"></path>`}
    </svg>
    ${marks.map(mark => sign(chart, mark))}
  </div>`;
}

/**
 * CPU and GPU of this container over the last hours, with the thresholds of the idle stop and with what
 * the platform counted as idle. Nothing where nobody measures.
 */
export function chart(model: ViewModel): View {
  if (!model.usage) return nothing;
  const chart = chartOf(model.usage);
  const point = nearestPoint(chart, model.pointed ?? chart.to);
  if (point && chart.points.every(({ cpu, gpu }) => cpu === null && gpu === null)) return nothing;
  const heading = html`<h3>${t('CPU and GPU over time')}</h3>`;
  if (!point) {
    return html`${heading}
      <div class="plot empty soft">${t('The first values come within a minute.')}</div>`;
  }
  return html`${heading} ${plot(model, chart, point)}
    <p class="soft ends">
      <span>${t('%1 ago', duration(chart.to - chart.from))}</span><span>${t('now')}</span>
    </p>
    ${values(model, point)} ${shows(model, 'status') ? nothing : idleNow(model)}
    ${fold(model, 'usage', t('Show as a table'), () => table(chart))}`;
}
