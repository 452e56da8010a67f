import type { CommandRegistry } from '@lumino/commands';
import type { Preferences } from '../../src/lab/settings.ts';
import type { ShownLog } from '../../src/lab/shownlog.ts';
import { StopActions } from '../../src/lab/stopactions.ts';
import type { Stop } from '../../src/lab/stops.ts';
import { StopWarner } from '../../src/lab/stopwarner.ts';
import type { Poller } from '../../src/panel/index.ts';
import { ENGLISH, type Lab, MINUTE, newStore, preferencesWith, wake } from './lab.ts';

const NO_COMMANDS = { isEnabled: () => false } as Partial<CommandRegistry> as CommandRegistry;

/** A tab, and what a person saw in it. */
export class Tab {
  readonly seen: string[] = [];
  hidden = false;
  doNotDisturb = false;
  gone = false;
  unsaved = true;
  /** Whether the person closes each warning at once. */
  closes = false;
  /** What happens when a warning is to be shown. */
  fails = false;
  current: () => Stop | null = () => null;
  readonly store: Poller;
  readonly log: ShownLog;
  readonly warner: StopWarner;
  readonly actions: StopActions;

  constructor(
    private readonly _lab: Lab,
    readonly change: Partial<Preferences> = {},
  ) {
    this.store = newStore(_lab, () => this.hidden);
    this.log = _lab.browser.shownLog();
    this.warner = new StopWarner({
      store: this.store,
      log: this.log,
      preferences: () => preferencesWith(this.change)(),
      visible: () => !this.hidden,
      doNotDisturb: () => this.doNotDisturb,
      gone: () => this.gone,
      unsaved: () => this.unsaved,
      present: (form, stop, current) => {
        if (this.fails) throw new Error('no notifications');
        const kind = stop.kind === 'idle' ? 'idle ' : '';
        const text = `${kind}${form} ${String(Math.round(stop.left / MINUTE))}`;
        this.seen.push(text);
        this.current = current;
        return {
          withdraw: () => {
            if (!this.closes) this.seen.push(`no ${text}`);
            return !this.closes;
          },
        };
      },
    });
    this.actions = new StopActions(NO_COMMANDS, this.log, ENGLISH, () => {
      this.warner.look();
    });
  }

  /** The machine, or the tab, is looked at again. */
  wake(): void {
    wake(this.store);
    this.warner.look();
  }

  /** The instance is idle for one minute more, each minute. */
  async idleFrom(minutes: number, limit: number, until: number): Promise<void> {
    for (let idle = minutes; idle < until; idle++) {
      this._lab.server.idle = { minutes: idle, limit };
      await this._lab.clock.pass(MINUTE);
    }
  }
}
