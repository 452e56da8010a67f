import { chartOf, nearestPoint, type Usage, type UsageSource } from './usage.ts';

/** The chart of one panel, as a person reads it: nothing is requested while it is out of sight. */
export class ChartReader {
  /** `changed` is called when the chart has to be drawn anew. */
  constructor(root: ShadowRoot, source: UsageSource | null, changed: () => void) {
    this.#root = root;
    this.#source = source;
    this.#changed = changed;
    if (!source) return;
    root.addEventListener('pointermove', this.#point);
    root.addEventListener('pointerdown', this.#point);
    root.addEventListener('pointerout', this.#leave);
    root.addEventListener('focusout', this.#leave);
    root.addEventListener('keydown', this.#press);
  }

  /** What was measured over time; null where nobody measures, and until there is something. */
  get usage(): Usage | null {
    return this.#source?.usage ?? null;
  }

  /** The moment whose values a person reads, in milliseconds since the epoch; null: the newest. */
  get pointed(): number | null {
    return this.#pointed;
  }

  /**
   * Watches the samples while the panel is `wanted`: in sight, with a reading; and while its chart is in
   * sight, which is there from the first response on. Called whenever the panel was drawn.
   */
  look(wanted: boolean): void {
    if (!this.#source) return;
    this.#wanted = wanted;
    this.#observe(wanted ? this.#root.querySelector('.plot') : null);
    this.#watch();
  }

  #observe(plot: Element | null): void {
    if (plot === this.#observed) return;
    this.#observer.disconnect();
    this.#observed = plot;
    this.#plotInSight = true;
    if (plot) this.#observer.observe(plot);
  }

  #watch(): void {
    if (this.#wanted && this.#plotInSight) this.#unwatch ??= this.#source?.watch(this.#changed);
    else {
      this.#unwatch?.();
      this.#unwatch = undefined;
    }
  }

  /** Of several entries the last one counts. */
  readonly #observer = new IntersectionObserver(entries => {
    this.#plotInSight = entries[entries.length - 1]?.isIntersecting ?? false;
    this.#watch();
  });

  readonly #point = (event: Event): void => {
    const { target, clientX } = event as PointerEvent;
    const plot = (target as Element).closest('.plot');
    if (!plot || !this.usage) return;
    const { left, width } = plot.getBoundingClientRect();
    const { from, to } = chartOf(this.usage);
    this.#read(from + ((clientX - left) / width) * (to - from));
  };

  readonly #leave = (event: Event): void => {
    const { target, relatedTarget } = event as MouseEvent;
    const plot = (target as Element).closest('.plot');
    if (plot && !plot.contains(relatedTarget as Node | null)) this.#read(null);
  };

  /** Arrows read the sample before or after, Home and End the first and the last, Escape the newest. */
  readonly #press = (event: Event): void => {
    const { key, target } = event as KeyboardEvent;
    if (!this.usage || !(target as Element).closest('.plot')) return;
    const chart = chartOf(this.usage);
    const { points } = chart;
    const current = nearestPoint(chart, this.#pointed ?? chart.to);
    const place = current ? points.indexOf(current) : -1;
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: place - 1,
      ArrowDown: place - 1,
      ArrowRight: place + 1,
      ArrowUp: place + 1,
      Home: 0,
      End: points.length - 1,
    };
    const wanted = places[key];
    if (wanted === undefined) return;
    event.preventDefault();
    const last = points.length - 1;
    this.#read(points[Math.min(last, Math.max(0, wanted))]?.at ?? null);
  };

  #read(moment: number | null): void {
    if (moment === this.#pointed) return;
    this.#pointed = moment;
    this.#changed();
  }

  readonly #root: ShadowRoot;
  readonly #source: UsageSource | null;
  readonly #changed: () => void;
  #wanted = false;
  #plotInSight = true;
  #pointed: number | null = null;
  #observed: Element | null = null;
  #unwatch: (() => void) | undefined;
}
