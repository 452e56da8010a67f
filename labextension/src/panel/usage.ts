import type { UtilizationSamples } from './contract.ts';
import { MINUTE } from './i18n.ts';
import { now, Watchers } from './reading.ts';
import { hasServer, requestUsage } from './server.ts';

/** What was measured over time. */
export interface Usage extends UtilizationSamples {
  /** When the request for it was sent, by `now()`. */
  readonly sent: number;
}

/** Where a panel gets samples from; panels of different versions may share one. */
export interface UsageSource {
  /** Null until there are some. */
  readonly usage: Usage | null;
  /** Calls back when there are new ones, and requests them, until what is returned is called. */
  watch(changed: () => void): () => void;
}

/** The server takes a sample a minute: requests in between would bring nothing. */
const BETWEEN_REQUESTS_MS = MINUTE;
/** Just started, a server has its first sample soon: it is requested after that, later and later. */
const FIRST_SAMPLE_MS = 7500;
/** How long a chart is at most. */
const LONGEST_MS = 180 * MINUTE;
/** A chart moves on by so much: of three hours that is less than a pixel, and no tick redraws it. */
const STEP_MS = 10_000;
/** How long it may be while there are few samples, so that they do not huddle in a corner. */
const LENGTHS_MS = [15, 30, 60, 120].map(minutes => minutes * MINUTE);
/** Samples farther apart than so many times the usual have a gap between them: none were taken. */
const GAP = 2.5;

/** A sample with its moment in milliseconds since the epoch. */
export interface Point {
  readonly at: number;
  readonly cpu: number | null;
  readonly gpu: number | null;
  readonly idle: number | null;
}

/** What a chart draws; its moments are by the clock of the samples. */
export interface Chart {
  readonly from: number;
  readonly to: number;
  /** Those in between, oldest first. */
  readonly points: readonly Point[];
  /** Points farther apart have a gap between them. */
  readonly gap: number;
}

/** The last three hours of what was measured; less while there is less. */
export function chartOf({ samples, sent, now: dated, between_ms: between }: Usage): Chart {
  const to = Math.ceil((Date.parse(dated) + now() - sent) / STEP_MS) * STEP_MS;
  const points = samples
    .map(({ at, cpu_percent: cpu, gpu_percent: gpu, idle_minutes: idle }) => ({
      at: Date.parse(at),
      cpu,
      gpu,
      idle,
    }))
    .filter(({ at }) => at > to - LONGEST_MS && at <= to);
  const covered = to - (points[0]?.at ?? to);
  const length = LENGTHS_MS.find(one => one >= covered) ?? LONGEST_MS;
  return { from: to - length, to, points, gap: between * GAP };
}

/** The parts of a line, and of the band of idleness, without gaps. */
export function unbrokenRuns(
  { points, gap }: Chart,
  has: (point: Point) => boolean,
): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  let before: Point | undefined;
  for (const point of points) {
    const goesOn = before && has(before) && point.at - before.at <= gap;
    if (has(point)) {
      if (goesOn) runs.at(-1)?.push(point);
      else runs.push([point]);
    }
    before = point;
  }
  return runs;
}

/** The sample nearest to a moment; null where there is none. */
export function nearestPoint({ points }: Chart, at: number): Point | null {
  let nearest: Point | null = null;
  for (const point of points) {
    if (!nearest || Math.abs(point.at - at) <= Math.abs(nearest.at - at)) nearest = point;
  }
  return nearest;
}

/** What a table has of some minutes: means, and the idle minutes at their end. */
export interface UsageRow extends Point {
  /** When they began; `at` is when they ended. */
  readonly from: number;
}

const ROW_MS = 10 * MINUTE;

const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter(value => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
};

/** The samples of a chart, ten minutes in one row, newest first. */
export function rowsOf({ points }: Chart): UsageRow[] {
  const rows: Point[][] = [];
  let ten = NaN;
  for (const point of points) {
    if (Math.floor(point.at / ROW_MS) !== ten) rows.push([]);
    ten = Math.floor(point.at / ROW_MS);
    rows.at(-1)?.push(point);
  }
  return rows.reverse().map(some => ({
    from: some[0]?.at ?? 0,
    at: some.at(-1)?.at ?? 0,
    cpu: mean(some.map(({ cpu }) => cpu)),
    gpu: mean(some.map(({ gpu }) => gpu)),
    idle: some.at(-1)?.idle ?? null,
  }));
}

/** Cells' modules are separate copies: this is where they find the one that all share. */
const SHARED = Symbol.for('jupyter-dsw:usage');

const shared = globalThis as unknown as { [SHARED]?: UsageSource | undefined };

/** Samples from the server, for all charts of a browser page that are in sight. */
class ServerUsage implements UsageSource {
  get usage(): Usage | null {
    return this.#usage;
  }

  watch(changed: () => void): () => void {
    return this.#watchers.add(changed);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#watchers.any || this.#requesting) return;
    const wait = this.#dueAt - now();
    if (wait > 0) {
      // A server that has no samples is not requested again.
      if (wait < Infinity) this.#timer = setTimeout(() => void this.#request(), wait);
    } else void this.#request();
  }

  async #request(): Promise<void> {
    this.#requesting = true;
    const sent = now();
    const samples = await requestUsage();
    this.#requesting = false;
    // One that has sent samples has them: the person may be signed out, or its extension not be up yet.
    if (samples === 'absent' && !this.#usage) this.#dueAt = Infinity;
    else {
      const received = samples === 'absent' ? null : samples;
      if (received) this.#usage = { ...received, sent };
      const isEmpty = received?.samples.length === 0;
      this.#wait = isEmpty ? Math.min(this.#wait * 2, BETWEEN_REQUESTS_MS) : BETWEEN_REQUESTS_MS;
      this.#dueAt = sent + this.#wait;
    }
    this.#schedule();
    this.#watchers.notify();
  }

  readonly #watchers = new Watchers(() => {
    this.#schedule();
  });
  #usage: Usage | null = null;
  #dueAt = 0;
  #wait = FIRST_SAMPLE_MS / 2;
  #requesting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
}

/** The one that all panels share, or null where there is no Jupyter page around them. */
export function serverUsage(): UsageSource | null {
  if (!hasServer()) return null;
  return (shared[SHARED] ??= new ServerUsage());
}
