/** Commands about one run, which is given, was clicked on, is in front, or is chosen from a list. */
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';

import type { RunRow } from '../api/client';
import { whyUnchangeable } from '../elsewhere';
import { describedBy } from '../model/argumentSchemas';
import { Arguments } from '../model/arguments';
import { pickRun } from './pick';
import type { IPlace, IPlaces } from './places';
import { inform, reportError } from './report';
import type { ITools } from './tools';

export interface IRunCommand {
  readonly id: string;
  /** In menus and the palette; of one task where the menu is a task's. */
  readonly label: string;
  readonly labelOfTask?: string;
  readonly caption: string;
  readonly icon?: LabIcon;
  /** The title of the message when it cannot be done. */
  readonly failed: string;
  /** Schemas of its arguments by name; `run` and `clicked` are among them. */
  readonly args: ReadonlyJSONObject;
  /** Whether it makes sense for a run as it stands; every run if it is not given. */
  readonly fits?: (row: RunRow) => boolean;
  /** What is said of a run that it makes no sense for. */
  readonly unfit?: string;
  /** What is possible only where the run was started: all of it, or what is about single tasks. */
  readonly onlyWhereStarted?: 'all' | 'tasks';
  readonly act: (row: RunRow, given: Arguments, place: IPlace) => Promise<void>;
}

/** Make a command of it that anybody may call with anything. */
export function addRunCommand(tools: ITools, places: IPlaces, spec: IRunCommand): IDisposable {
  const { commands, trans } = tools;
  const reason = (args: unknown): string => shownReason(tools, places, spec, args);
  const isPossible = (args: unknown): boolean => reason(args) === '';
  return commands.addCommand(spec.id, {
    label: args => (args['clicked'] === 'task' && spec.labelOfTask) || spec.label,
    caption: args => reason(args) || spec.caption,
    ...(spec.icon === undefined ? {} : { icon: spec.icon }),
    describedBy: describedBy(spec.args),
    isEnabled: isPossible,
    // a menu shows what can be done, the palette all there is
    isVisible: args => args['clicked'] === undefined || isPossible(args),
    execute: async (args: unknown): Promise<void> => {
      try {
        const given = new Arguments(args, Object.keys(spec.args), trans);
        const place = await placeOf(tools, places, spec, given);
        if (place === undefined) {
          return;
        }
        const row = await tools.manager.row(place.run);
        const refusal = refusalOf(tools, spec, row, given);
        if (refusal !== '') {
          inform(refusal, trans);
          return;
        }
        await spec.act(row, given, place);
      } catch (error) {
        reportError(spec.failed, error, trans);
      }
    }
  });
}

async function placeOf(
  tools: ITools,
  places: IPlaces,
  spec: IRunCommand,
  given: Arguments
): Promise<IPlace | undefined> {
  const shown = shownPlace(places, given);
  if (shown !== undefined || given.clicked !== undefined) {
    return shown;
  }
  const row = await pickRun(tools, spec.label, each => refusalOf(tools, spec, each, given) === '');
  if (row === 'none') {
    inform(tools.trans.__('There is no run for which this can be done.'), tools.trans);
    return undefined;
  }
  return row === undefined ? undefined : { run: row.id, task: undefined };
}

/** The run that needs no question. */
function shownPlace(places: IPlaces, given: Arguments): IPlace | undefined {
  const { run, task, clicked } = given;
  if (run !== undefined) {
    return { run, task };
  }
  if (clicked !== undefined) {
    const place = places.clicked();
    return clicked === 'task' && place?.task === undefined ? undefined : place;
  }
  const current = places.current();
  return current === undefined ? undefined : { run: current, task: undefined };
}

/** Why it cannot be done to a run as it stands; "" if it can. */
function refusalOf({ trans }: ITools, spec: IRunCommand, row: RunRow, given: Arguments): string {
  const ofTasks = given.tasks !== undefined || given.clicked === 'task';
  if (spec.onlyWhereStarted === 'all' || (spec.onlyWhereStarted === 'tasks' && ofTasks)) {
    const reason = whyUnchangeable(row, trans);
    if (reason !== '') {
      return reason;
    }
  }
  return spec.fits?.(row) === false ? (spec.unfit ?? spec.failed) : '';
}

/** The same as far as the page knows; the server decides in the end. */
function shownReason(tools: ITools, places: IPlaces, spec: IRunCommand, args: unknown): string {
  try {
    const given = new Arguments(args, Object.keys(spec.args), tools.trans);
    const place = shownPlace(places, given);
    if (place === undefined) {
      return given.clicked === undefined ? '' : spec.failed;
    }
    const row = tools.manager.peek(place.run);
    return row === undefined ? '' : refusalOf(tools, spec, row, given);
  } catch {
    return ''; // called with something else: it says so when it runs
  }
}
