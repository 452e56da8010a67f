/** What tells the time; replaced in tests. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since 1970 by the machine's own clock, which may be wrong. */
  wall(): number;
  /** Calls back after `ms`; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** Longer delays make `setTimeout` fire at once: it keeps them in 32 bits. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const browserClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(ms, MAX_TIMEOUT_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};
