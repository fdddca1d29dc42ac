import type { Event } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';

import type { RunsChanged } from './client';
import { checked } from './shapes';

const SCHEMA = 'https://schema.cellburst.dev/events/runs/v1';

/** The pushes of the server: that runs have changed, and how they stand. */
export interface IRunEvents {
  readonly changed: ISignal<IRunEvents, RunsChanged>;
  dispose(): void;
}

/** Our events of the bus that JupyterLab keeps open; an event that is no such thing is left alone. */
export class BusRunEvents implements IRunEvents {
  constructor(private readonly bus: Event.IManager) {
    bus.stream.connect(this.take, this);
  }

  get changed(): ISignal<this, RunsChanged> {
    return this.signal;
  }

  dispose(): void {
    this.bus.stream.disconnect(this.take, this);
    Signal.clearData(this);
  }

  private take(_: Event.IManager, event: Event.Emission): void {
    if (event.schema_id !== SCHEMA) {
      return;
    }
    const { sequence, changes, resync } = event;
    try {
      this.signal.emit(checked('RunsChanged', { sequence, changes, resync }));
    } catch {
      // whoever may write to the bus can send anything: the next question over REST tells the truth
    }
  }

  private readonly signal = new Signal<this, RunsChanged>(this);
}
