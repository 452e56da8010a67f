import type { Clock } from '../clock.ts';
import type { Reading } from '../reading.ts';
import type { Answer } from '../rest.ts';
import type { Source, SourceState, Trouble, Watch } from '../source.ts';
import { backOff, delayAfter } from './policy.ts';

/** Asks once; resolves to the answer or to why there is none. Never rejects. */
export type Ask = (fresh: boolean) => Promise<Answer | Trouble>;

/** By how much the wall clock must outrun the monotonic one to count as sleep. */
const SLEPT_MS = 5000;

/**
 * Asks when something new is due, while anyone can see it; one request at a time, however many
 * panels watch. Nobody watching: no requests. Shown again: asks at once if one was due meanwhile.
 */
export class Poller implements Source {
  #state: SourceState = { reading: null, trouble: null, asking: false };
  readonly #watchers = new Map<object, { changed: () => void; visible: boolean }>();
  #dueAt: number;
  #failures = 0;
  #freshWanted = false;
  #cancel: (() => void) | null = null;
  #wallAhead: number;

  constructor(
    private readonly ask: Ask,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {
    this.#dueAt = clock.now();
    this.#wallAhead = clock.wall() - clock.now();
  }

  get state(): SourceState {
    return this.#state;
  }

  watch(changed: () => void): Watch {
    const watcher = { changed, visible: false };
    this.#watchers.set(watcher, watcher);
    return {
      setVisible: visible => {
        watcher.visible = visible;
        this.heartbeat();
        this.#schedule();
      },
      stop: () => {
        this.#watchers.delete(watcher);
        this.#schedule();
      },
    };
  }

  refresh(): void {
    this.#freshWanted = true;
    this.#schedule();
  }

  /** Something happened that makes a failed attempt worth repeating now: the network is back. */
  catchUp(): void {
    this.#dueAt = this.clock.now();
    this.#schedule();
  }

  heartbeat(): void {
    const wallAhead = this.clock.wall() - this.clock.now();
    const slept = wallAhead - this.#wallAhead > SLEPT_MS;
    this.#wallAhead = wallAhead;
    if (slept) this.catchUp();
  }

  /** Takes an answer, asked for or not. */
  accept(answer: Answer): void {
    const reading: Reading = { answer, at: this.clock.now() };
    this.#failures = 0;
    this.#dueAt = reading.at + delayAfter(answer, this.random());
    this.#set({ reading, trouble: null });
    this.#schedule();
  }

  async #poll(): Promise<void> {
    const fresh = this.#freshWanted;
    this.#freshWanted = false;
    this.#set({ asking: true });
    const outcome = await this.ask(fresh);
    this.#set({ asking: false });
    if (typeof outcome === 'string') this.#fail(outcome);
    else this.accept(outcome);
  }

  #fail(trouble: Trouble): void {
    this.#failures += 1;
    this.#dueAt = this.clock.now() + backOff(this.#failures, this.random());
    this.#set({ trouble });
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = null;
    const seen = [...this.#watchers.values()].some(watcher => watcher.visible);
    if (this.#state.asking || !(seen || this.#freshWanted)) return;
    const wait = this.#freshWanted ? 0 : this.#dueAt - this.clock.now();
    if (wait <= 0) void this.#poll();
    else this.#cancel = this.clock.after(wait, () => void this.#poll());
  }

  #set(change: Partial<SourceState>): void {
    this.#state = { ...this.#state, ...change };
    for (const { changed } of [...this.#watchers.values()]) changed();
  }
}
