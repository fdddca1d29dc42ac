import type { IRunClient, MachinesAnswer } from '../api/client';
import { LookedAt } from './lookedAt';

/** Milliseconds between two questions while machines change all the time. */
const GAP = 500;

/** The machines of a run, asked for while somebody looks at them, and again when something of the run has changed. */
export class MachinesModel extends LookedAt {
  constructor(
    private readonly client: Pick<IRunClient, 'machines'>,
    readonly run: string
  ) {
    super(GAP);
  }

  /** The last answer, null before the first. */
  get answer(): MachinesAnswer | null {
    return this.known;
  }

  /** Somebody may look: the page is in front. */
  set watched(watched: boolean) {
    this.isWatched = watched;
    this.look(this.isWatched && this.isLooked);
  }

  /** The machines are what is shown of the run. */
  set looked(looked: boolean) {
    this.isLooked = looked;
    this.look(this.isWatched && this.isLooked);
  }

  protected async read(signal: AbortSignal): Promise<void> {
    this.known = await this.client.machines(this.run, signal);
  }

  private known: MachinesAnswer | null = null;
  private isWatched = false;
  private isLooked = false;
}
