/** The tasks that are brushed, the best first. */
import { h } from '../dom';
import { duration, short } from '../format';
import { isFigure } from '../preview';
import type { IPoints } from '../types';
import { SECONDS, type IView } from './points';

const MOST = 100;

export class TaskList {
  readonly node: HTMLElement;

  constructor(private readonly pick: (place: number) => void) {
    this.body = h('div', {
      class: 'cb-GridTable-scroll cb-TaskList',
      tabindex: 0,
      role: 'region',
      'aria-label': 'Tasks'
    });
    this.more = h('p', { class: 'cb-TaskList-more' });
    this.node = h('div', {}, [this.body, this.more]);
  }

  show(
    points: IPoints,
    view: IView,
    order: readonly number[],
    metric: string,
    picked: number | null
  ): void {
    const names = Object.keys(points.columns ?? {});
    const scored = metric !== '' && metric !== SECONDS;
    const numeric = new Set(names.filter(name => points.columns?.[name]?.every(isFigure)));
    const heads = ['task', ...names, ...(scored ? [metric] : []), 'state', 'time'];
    const right = (place: number): boolean =>
      place === 0 ||
      place > names.length + (scored ? 1 : 0) + 1 ||
      (scored && place === names.length + 1) ||
      numeric.has(names[place - 1] ?? '');
    const rows = order.slice(0, MOST).map(place => {
      const seconds = points.seconds?.[place];
      const cells = [
        ...names.map(name => cell(short(points.columns?.[name]?.[place]), numeric.has(name))),
        ...(scored ? [cell(short(view.scores[place]), true, 'cb-mod-score')] : []),
        cell(points.states?.[place] ?? '', false, `cb-mod-${points.states?.[place] ?? ''}`),
        cell(seconds === null || seconds === undefined ? '–' : duration(seconds), true)
      ];
      return this.row(points, place, cells, place === picked);
    });
    const head = h(
      'tr',
      {},
      heads.map((name, place) =>
        h('th', { scope: 'col', class: right(place) ? 'cb-mod-number' : '' }, [name])
      )
    );
    const scroll = this.body.scrollTop;
    const focused = this.body.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset['place']
      : undefined;
    this.body.replaceChildren(
      h('table', { class: 'cb-GridTable' }, [h('thead', {}, [head]), h('tbody', {}, rows)])
    );
    this.body.scrollTop = scroll;
    if (focused !== undefined) {
      this.body
        .querySelector<HTMLElement>(`[data-place="${focused}"]`)
        ?.focus({ preventScroll: true });
    }
    this.more.textContent =
      order.length > MOST
        ? `The first ${MOST} of ${order.length.toLocaleString('en')}; brush to see others`
        : '';
    if (order.length === 0) {
      this.more.textContent = 'No task lies in what is brushed.';
    }
  }

  private row(points: IPoints, place: number, cells: readonly Node[], picked: boolean): Node {
    const index = points.index?.[place] ?? place;
    const open = h(
      'button',
      {
        type: 'button',
        class: 'cb-TaskLink',
        'data-place': place,
        'aria-pressed': String(picked),
        'aria-label': `Task ${index}`
      },
      [String(index)]
    );
    return h(
      'tr',
      { class: picked ? 'cb-mod-picked' : '' },
      [h('td', { class: 'cb-mod-number' }, [open]), ...cells],
      {
        click: () => this.pick(place)
      }
    );
  }

  private readonly body: HTMLElement;
  private readonly more: HTMLElement;
}

function cell(text: string, number: boolean, style = ''): HTMLTableCellElement {
  return h('td', { class: `${number ? 'cb-mod-number' : ''} ${style}`.trim(), title: text }, [
    text
  ]);
}
