import { eventsBetween, type InstanceEvent } from './events.ts';
import type { Ledger } from './ledger.ts';
import type { Instance } from './panel/instance.ts';
import type { Preferences } from './preferences.ts';
import { isQuiet } from './quiet.ts';
import type { IInstanceStore } from './tokens.ts';

export interface EventTellerOptions {
  readonly store: IInstanceStore;
  readonly ledger: Ledger;
  readonly preferences: () => Preferences;
  readonly visible: () => boolean;
  /** Shows it. */
  readonly tell: (event: InstanceEvent) => void;
}

/** Which switch is for which kind of event. */
function isWanted({ kind }: InstanceEvent, preferences: Preferences): boolean {
  const { statusChanges, snapshots, diskPercent, nodeErrors } = preferences;
  return { status: statusChanges, snapshot: snapshots, disk: diskPercent > 0, node: nodeErrors }[
    kind
  ];
}

/** Tells what happened to the instance, each thing once over all tabs. */
export class EventTeller {
  constructor(options: EventTellerOptions) {
    this._options = options;
    options.store.watch(() => void this.look());
  }

  /** Compares the reading with the last one that was told of. */
  async look(): Promise<void> {
    const { store, ledger, preferences, visible, tell } = this._options;
    const answer = store.state.reading?.answer;
    const { quietFrom, quietTo, diskPercent } = preferences();
    // What happens unseen or in quiet hours is told afterwards: the comparison waits.
    if (!answer?.instance || !visible() || isQuiet(quietFrom, quietTo, new Date())) return;
    const now = answer.instance as Instance;
    if (now === this._before) return;
    const events = eventsBetween(this._before, now, diskPercent / 100);
    this._before = now;
    const id = answer.source.instance_id ?? '';
    const keyed = events.map(event => ({ event, key: `${id} ${event.key}` }));
    for (const { event, key } of keyed) {
      if (isWanted(event, preferences()) && (await ledger.claim(key))) tell(event);
    }
    const keys = keyed.map(({ key }) => key);
    await ledger.forget(`${id} disk `, keys);
    await ledger.forget(`${id} node`, keys);
  }

  private readonly _options: EventTellerOptions;
  private _before: Instance | null = null;
}
