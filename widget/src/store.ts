/** The grid as this page has it: edits go to the kernel when nobody has typed for a moment. */
import type {
  IAnswer,
  IFacts,
  IModel,
  IParameter,
  IPoints,
  IProgress,
  ISpec,
  Request
} from './types';

const PAUSE = 250; // milliseconds without a key before the kernel is asked
const PATIENCE = 4000; // milliseconds after which it is said that no kernel answers

type Listener = () => void;
type Part = 'spec' | 'facts' | 'progress' | 'points' | 'notice' | 'waiting';

export class Store {
  constructor(private readonly model: IModel) {
    for (const part of ['spec', 'facts', 'progress', 'points', 'notice'] as const) {
      const heard = (): void => this.heard(part);
      model.on(`change:${part}`, heard);
      this.undo.push(() => model.off(`change:${part}`, heard));
    }
    const answered = (answer: IAnswer): void => this.answered(answer);
    model.on('msg:custom', answered);
    this.undo.push(() => model.off('msg:custom', answered));
    this.own = this.read('spec');
  }

  get spec(): ISpec {
    return this.own;
  }

  get facts(): IFacts {
    return this.read('facts');
  }

  get progress(): IProgress {
    return this.read('progress');
  }

  get points(): IPoints {
    return this.read('points');
  }

  get notice(): string {
    return this.text('notice');
  }

  /** The name of the grid. */
  get name(): string {
    return this.text('label');
  }

  /** Whether there is no grid, only a run to look at. */
  get exploring(): boolean {
    return this.model.get('mode') === 'explore';
  }

  /** Whether what the kernel says is about what is written now. */
  get settled(): boolean {
    return this.facts.serial === (this.own.serial ?? 0);
  }

  get parameters(): readonly IParameter[] {
    return this.own.parameters ?? [];
  }

  /** What is waited for: an answer of the kernel, in vain if `silent`. */
  waiting: { readonly kind: string; readonly silent: boolean } | null = null;

  /** Change the grid; the kernel is told when nothing has changed for a moment, or at once. */
  edit(change: Partial<ISpec>, now = false): void {
    this.own = { ...this.own, ...change, serial: (this.own.serial ?? 0) + 1 };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), now ? 0 : PAUSE);
    this.emit('spec');
  }

  /** Change one parameter. */
  editParameter(id: string, change: Partial<IParameter>, now = false): void {
    this.edit(
      { parameters: this.parameters.map(one => (one.id === id ? { ...one, ...change } : one)) },
      now
    );
  }

  /** Tell the kernel what has changed so far. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.model.set('spec', this.own);
    this.model.save_changes();
  }

  /** Ask the kernel, after it has been told of all edits. */
  ask(request: Request): void {
    if (this.timer !== undefined) {
      this.flush();
    }
    this.wait({ kind: request.kind, silent: false });
    this.patience = setTimeout(() => this.wait({ kind: request.kind, silent: true }), PATIENCE);
    this.model.send(request);
  }

  /** Call `listener` whenever a part changes. */
  on(part: Part, listener: Listener): void {
    const there = this.listeners.get(part) ?? [];
    this.listeners.set(part, [...there, listener]);
  }

  /** Call `listener` with what the kernel answers. */
  onAnswer(listener: (answer: IAnswer) => void): void {
    this.answers.push(listener);
  }

  dispose(): void {
    if (this.timer !== undefined) {
      this.flush();
    }
    clearTimeout(this.patience);
    this.listeners.clear();
    this.answers.length = 0;
    this.undo.forEach(undo => undo());
  }

  private heard(part: Part): void {
    if (part === 'spec') {
      const theirs = this.read('spec') as ISpec;
      if (theirs === this.own || (theirs.serial ?? 0) < (this.own.serial ?? 0)) {
        return; // our own, or older than what is being written here
      }
      this.own = theirs;
    }
    this.emit(part);
  }

  private answered(answer: IAnswer): void {
    this.wait(null);
    this.answers.forEach(listener => listener(answer));
  }

  private wait(waiting: Store['waiting']): void {
    clearTimeout(this.patience);
    this.waiting = waiting;
    this.emit('waiting');
  }

  private emit(part: Part): void {
    this.listeners.get(part)?.forEach(listener => listener());
  }

  private text(name: string): string {
    const found = this.model.get(name);
    return typeof found === 'string' ? found : '';
  }

  private read(name: string): object {
    const found = this.model.get(name);
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
  }

  private own: ISpec;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private readonly undo: Listener[] = [];
  private readonly listeners = new Map<Part, Listener[]>();
  private readonly answers: ((answer: IAnswer) => void)[] = [];
}
