import catalogue from 'dsw-catalogue';
import { FIXTURES } from '../gallery/fixtures.ts';
import type { Clock } from '../src/panel/clock.ts';
import { languageOf, type Language } from '../src/panel/language.ts';
import type { Answer, Countdowns } from '../src/panel/rest.ts';
import type { Child, VNode } from '../src/panel/vdom.ts';
import type { Shown } from '../src/panel/view/shown.ts';

export const english: Language = languageOf('en', catalogue);
export const chinese: Language = languageOf('zh-CN', catalogue);

interface Timer {
  readonly due: number;
  readonly call: () => void;
}

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  #now = 1000;
  #wall = Date.parse('2026-11-23T13:00:00Z');
  #timers: Timer[] = [];

  now = () => this.#now;
  wall = () => this.#wall;

  after = (ms: number, call: () => void) => {
    const timer = { due: this.#now + ms, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter(one => one !== timer);
    };
  };

  /** How far away the next timer is, in milliseconds; null if there is none. */
  get next(): number | null {
    const due = Math.min(...this.#timers.map(timer => timer.due));
    return Number.isFinite(due) ? due - this.#now : null;
  }

  /** Moves on, calling what falls due, and lets promises settle. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let timer = this.#first(end); timer; timer = this.#first(end)) {
      const { due, call } = timer;
      this.#timers = this.#timers.filter(one => one !== timer);
      this.#advance(due - this.#now);
      call();
      await settle();
    }
    this.#advance(end - this.#now);
    await settle();
  }

  /** The machine sleeps: only the wall clock goes on. */
  sleep(ms: number): void {
    this.#wall += ms;
  }

  #first(end: number): Timer | undefined {
    return this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }

  #advance(ms: number): void {
    this.#now += ms;
    this.#wall += ms;
  }
}

/** Lets promises that are settled already call their continuations. */
export function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** The gallery's answer of that name. */
export function answerNamed(name: string): Answer {
  const answer = FIXTURES[name]?.answer;
  if (!answer) throw new Error(`no answer named ${name}`);
  return answer;
}

/** An answer with other countdowns than the gallery's. */
export function answerWith(countdowns: Countdowns | null, change: Partial<Answer> = {}): Answer {
  return { ...answerNamed('idle'), countdowns, ...change };
}

/** What a panel shows `elapsed` milliseconds after an answer. */
export function shownOf(answer: Answer | null, elapsed = 0, change: Partial<Shown> = {}): Shown {
  return {
    language: english,
    named: [],
    reading: answer?.instance ? { answer, at: 5000 } : null,
    problem: answer?.error ?? null,
    trouble: null,
    origin: answer?.source ?? null,
    asking: false,
    now: 5000 + elapsed,
    ...change,
  };
}

/** All elements of a tree. */
export function elements(children: readonly Child[]): VNode[] {
  return children.flatMap(child =>
    child && typeof child === 'object' ? [child, ...elements(child.children)] : [],
  );
}

/** The text of a tree, spaces between elements. */
export function textOf(children: readonly Child[]): string {
  const texts = children.map(child =>
    child && typeof child === 'object' ? textOf(child.children) : (child ?? ''),
  );
  return texts.filter(Boolean).join(' ').replaceAll('\u00a0', ' ');
}
