/** What anywidget loads: a view of a grid in an element. */
import { Grid } from './grid';
import type { IModel } from './types';

interface IContext {
  readonly model: IModel;
  readonly el: HTMLElement;
}

function render({ model, el }: IContext): () => void {
  const grid = new Grid(model);
  el.append(grid.node);
  grid.attached();
  return () => grid.dispose();
}

export default { render };
