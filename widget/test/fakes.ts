/** A model as anywidget gives it, without a kernel behind it. */
import type { IModel, IPoints } from '../src/types';

export class FakeModel implements IModel {
  readonly sent: unknown[] = [];
  saved = 0;

  constructor(private readonly values: Record<string, unknown> = {}) {}

  get(name: string): unknown {
    return this.values[name];
  }

  set(name: string, value: unknown): void {
    this.values[name] = value;
  }

  save_changes(): void {
    this.saved += 1;
  }

  send(content: unknown): void {
    this.sent.push(content);
  }

  on(event: string, callback: (...values: never[]) => void): void {
    this.listeners.push([event, callback]);
  }

  off(event: string, callback: (...values: never[]) => void): void {
    this.listeners = this.listeners.filter(one => one[0] !== event || one[1] !== callback);
  }

  /** What the kernel changes. */
  kernel(name: string, value: unknown): void {
    this.values[name] = value;
    this.emit(`change:${name}`);
  }

  /** What the kernel answers. */
  answer(content: unknown): void {
    this.emit('msg:custom', content);
  }

  get heard(): number {
    return this.listeners.length;
  }

  private emit(event: string, ...values: unknown[]): void {
    this.listeners
      .filter(one => one[0] === event)
      .forEach(one => (one[1] as (...values: unknown[]) => void)(...values));
  }

  private listeners: [string, (...values: never[]) => void][] = [];
}

export const POINTS: IPoints = {
  run: 'r1',
  name: 'study',
  state: 'failed',
  live: false,
  total: 4,
  index: [0, 1, 2, 3],
  states: ['succeeded', 'succeeded', 'succeeded', 'failed'],
  columns: {
    lr: [0.1, 0.01, 0.001, 0.1],
    kernel: ['rbf', 'rbf', 'lin', 'lin'],
    fixed: [3, 3, 3, 3]
  },
  scores: { loss: [0.5, 0.1, 0.3, null] },
  seconds: [1, 2, 3, null],
  errors: { '3': 'ValueError: <b>no</b>' }
};
