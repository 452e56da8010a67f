import { momentOf, stopsIn, type Stop } from './countdown.ts';
import {
  diskEvents,
  disksStillFull,
  imageStatuses,
  isUsable,
  nodeEvents,
  snapshotEvents,
  statusEvents,
  type ImageStatuses,
  type InstanceEvent,
} from './events.ts';
import type { Instance } from './panel/instance.ts';
import type { Reading } from './panel/reading.ts';
import type { Preferences } from './preferences.ts';
import { isQuiet } from './quiet.ts';
import type { ShownLog } from './shownlog.ts';
import type { IInstanceStore } from './tokens.ts';

/** An event that a person sees. */
export interface PresentedEvent {
  /** Says what became of it, in the same place. */
  update(event: InstanceEvent, cause: Stop | null): void;
  withdraw(): void;
}

export interface EventReporterOptions {
  readonly store: IInstanceStore;
  readonly log: ShownLog;
  readonly preferences: () => Preferences;
  readonly visible: () => boolean;
  /** Shows it; `cause`: the stop that was due then, for a change of the status. */
  readonly present: (event: InstanceEvent, cause: Stop | null) => PresentedEvent;
}

/** Clocks, and whole minutes, may be off by so much. */
const ABOUT_MS = 60_000;

/** Which switch is for which kind of event. */
function isWanted({ kind }: InstanceEvent, preferences: Preferences): boolean {
  const { statusChanges, snapshots, diskPercent, nodeErrors } = preferences;
  return { status: statusChanges, snapshot: snapshots, disk: diskPercent > 0, node: nodeErrors }[
    kind
  ];
}

/** The stop that was due between two readings, about; null if none was. */
export function causeBetween(before: Reading, current: Reading): Stop | null {
  const [from, to] = [momentOf(before) - ABOUT_MS, momentOf(current) + ABOUT_MS];
  const due = stopsIn(before).filter(stop => from <= stop.due && stop.due <= to);
  return due.sort((a, b) => a.due - b.due)[0] ?? null;
}

/** What is remembered of the reading that was looked at last. */
interface Before {
  readonly reading: Reading;
  readonly instance: Instance;
  readonly images: ImageStatuses;
}

const NO_IMAGES: ImageStatuses = new Map();

/** Reports what happened to the instance, each thing once over all tabs. */
export class EventReporter {
  constructor(options: EventReporterOptions) {
    this._options = options;
    options.store.watch(() => void this.look());
  }

  /** Compares the reading with the last one that was looked at. */
  async look(): Promise<void> {
    const { store, log, preferences, visible } = this._options;
    const { reading } = store.state;
    const { quietFrom, quietTo, diskPercent } = preferences();
    // What happens unseen or in quiet hours is reported afterwards: the comparison waits.
    if (!reading || !visible() || isQuiet(quietFrom, quietTo, new Date())) return;
    const current = reading.answer.instance as Instance | null;
    const id = reading.answer.source.instance_id ?? '';
    const last = this._before;
    if (!current || current === last?.instance) return;
    const before = (last?.reading.answer.source.instance_id ?? '') === id ? last : null;
    const images = imageStatuses(before?.images ?? NO_IMAGES, current);
    this._before = { reading, instance: current, images };

    const limit = diskPercent / 100;
    const cause = this._causeOf(before, reading, current);
    const events: InstanceEvent[] = [
      ...(before ? statusEvents(before.instance, current) : []),
      ...(before ? snapshotEvents(before.images, current, momentOf(before.reading)) : []),
      ...diskEvents(current, limit),
      ...nodeEvents(current),
    ];
    for (const event of events) {
      if (isWanted(event, preferences())) await this._report(event, `${id} ${event.key}`, cause);
    }
    await log.forget(
      `${id} disk `,
      disksStillFull(current, limit).map(key => `${id} ${key}`),
    );
    if (!nodeEvents(current).length) await log.forget(`${id} node`);
    if (isUsable(current.Status)) await this._usableAgain(id);
  }

  private async _report(event: InstanceEvent, key: string, cause: Stop | null): Promise<void> {
    const { log, present } = this._options;
    if (event.kind !== 'status') {
      await log.once(key, () => void present(event, null));
    } else if (event.first) {
      await log.once(key, () => {
        this._status = present(event, cause);
      });
    } else {
      this._status?.update(event, cause);
    }
  }

  /** The stop that made the status what it is: known when the instance left the usable ones. */
  private _causeOf(before: Before | null, reading: Reading, { Status }: Instance): Stop | null {
    if (isUsable(Status)) this._cause = null;
    else if (before && isUsable(before.instance.Status)) {
      this._cause = causeBetween(before.reading, reading);
    }
    return this._cause;
  }

  private async _usableAgain(id: string): Promise<void> {
    this._status?.withdraw();
    this._status = null;
    await this._options.log.forget(`${id} status`);
  }

  private readonly _options: EventReporterOptions;
  private _before: Before | null = null;
  private _cause: Stop | null = null;
  private _status: PresentedEvent | null = null;
}
