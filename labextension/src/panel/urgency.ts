/** How near a stop is: `near` is amber, `urgent` red, on every surface. */
export type Urgency = 'none' | 'near' | 'urgent';

/** The minutes before a stop at which a person wants to be warned: part of the preferences. */
export interface Thresholds {
  /** A stop is near within the largest one. */
  readonly toastMinutes: readonly number[];
  /** A stop is urgent within that. */
  readonly dialogMinutes: number;
}

const DEFAULT: Thresholds = { toastMinutes: [30, 10], dialogMinutes: 2 };
const MINUTE_MS = 60_000;
/** Cells have their own copies of this module; the labextension knows the person's preferences. */
const THRESHOLDS = Symbol.for('jupyter-dsw:thresholds');

const shared = globalThis as unknown as { [THRESHOLDS]?: Thresholds };

/** Makes these the thresholds of all panels of the browser page. */
export function publishThresholds(thresholds: Thresholds): void {
  shared[THRESHOLDS] = thresholds;
}

/**
 * How near a stop is in `left` milliseconds. `idleLimit`: the minutes after which an idle instance is
 * stopped, for an idle stop; null for another stop. Thresholds at or above that limit do not apply,
 * or each idle minute would be near a stop.
 */
export function urgencyOf(
  left: number | null,
  idleLimit: number | null = null,
  { toastMinutes, dialogMinutes }: Thresholds = shared[THRESHOLDS] ?? DEFAULT,
): Urgency {
  if (left === null) return 'none';
  const within = (...minutes: readonly number[]) =>
    minutes.some(one => one < (idleLimit ?? Infinity) && left <= one * MINUTE_MS);
  if (within(dialogMinutes)) return 'urgent';
  return within(...toastMinutes) ? 'near' : 'none';
}
