import type { Arguments } from '../model/arguments';
import { pickRun } from './pick';
import type { IPlace, IPlaces } from './places';
import { inform } from './report';
import type { ITools } from './tools';

/** What is to be opened: what is given, what was clicked on, or what a person chooses; undefined for nothing. */
export async function runToOpen(
  tools: ITools,
  places: IPlaces,
  given: Arguments
): Promise<IPlace | undefined> {
  const { run, task, clicked } = given;
  if (run !== undefined) {
    return { run, task };
  }
  if (clicked !== undefined) {
    const place = places.clicked();
    return place && { run: place.run, task: clicked === 'task' ? place.task : undefined };
  }
  const { trans } = tools;
  const row = await pickRun(tools, trans.__('Open run'), () => true);
  if (row === 'none') {
    inform(trans.__('There is no run yet.'), trans);
    return undefined;
  }
  return row === undefined ? undefined : { run: row.id, task };
}
