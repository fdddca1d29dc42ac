/** One task: its parameters, its scores, why it failed, and how to get at it in Python. */
import { button, h, iconButton, ICONS } from '../dom';
import { duration, short } from '../format';
import type { IPoints } from '../types';

export class Detail {
  readonly node: HTMLElement;

  constructor(close: () => void) {
    this.title = h('strong');
    this.facts = h('dl', { class: 'cb-Detail-facts' });
    this.error = h('p', { class: 'cb-Error' });
    this.code = h('code', { class: 'cb-Detail-code' });
    this.node = h(
      'aside',
      { class: 'cb-Detail', 'aria-label': 'Task', hidden: true },
      [
        h('div', { class: 'cb-Detail-head' }, [
          this.title,
          iconButton(ICONS.remove, 'Close', close)
        ]),
        this.facts,
        this.error,
        h('div', { class: 'cb-Detail-python' }, [
          this.code,
          button(
            'Copy',
            { class: 'cb-Button cb-mod-quiet', 'aria-label': 'Copy the code for this task' },
            () => {
              void navigator.clipboard
                .writeText(this.code.textContent ?? '')
                .catch(() => undefined);
            }
          )
        ])
      ],
      {
        keydown: event => {
          if (event.key === 'Escape') {
            close();
          }
        }
      }
    );
  }

  show(points: IPoints, place: number | null): void {
    const index = place === null ? undefined : points.index?.[place];
    this.node.hidden = index === undefined;
    if (place === null || index === undefined) {
      return;
    }
    const seconds = points.seconds?.[place];
    const state = points.states?.[place] ?? '';
    const took = seconds === null || seconds === undefined ? '' : ` in ${duration(seconds)}`;
    this.title.textContent = `Task ${index} · ${state}${took}`;
    const all = [...Object.entries(points.columns ?? {}), ...Object.entries(points.scores ?? {})];
    this.facts.replaceChildren(
      ...all.flatMap(([name, values]) => {
        const value = values[place];
        return value === null || value === undefined
          ? []
          : [h('div', {}, [h('dt', {}, [name]), h('dd', {}, [short(value)])])];
      })
    );
    this.error.textContent = points.errors?.[String(place)] ?? '';
    this.code.textContent = `cellburst.attach("${points.run ?? ''}").results.task(${index})`;
  }

  private readonly title: HTMLElement;
  private readonly facts: HTMLElement;
  private readonly error: HTMLElement;
  private readonly code: HTMLElement;
}
