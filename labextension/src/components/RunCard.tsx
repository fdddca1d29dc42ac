import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { LiveMachines, RunRow } from '../api/client';
import { duration, runningFor, summary } from '../format';
import { useNow } from '../hooks/useNow';
import { useTranslator } from '../hooks/useTranslator';
import type { ISaid } from '../model/cardPayload';
import type { Standing } from '../model/liveRun';
import { CardActions, type ICardActions } from './CardActions';
import { ElsewhereMark } from './ElsewhereMark';
import { statesTold } from './machineFacts';
import { costFacts, isGoing } from './runCost';
import { StateBar } from './StateBar';
import { StateIcon, stateLabel } from './StateIcon';

export interface RunCardProps {
  readonly run: string;
  readonly standing: Standing;
  /** What the output says of the run for those who cannot see this card: how it stood when it was written. */
  readonly recorded: string;
  /** What its running tasks said last, as far as this page has heard it. */
  readonly said: readonly ISaid[];
  /** How far a search is, as far as this page has heard it; empty for other runs. */
  readonly progress: string;
  /** What a search has found, as the card says. */
  readonly found: readonly string[];
  /** Whether anybody sees it: the clock stands still where nobody does. */
  readonly shown: boolean;
  readonly clock: { now: () => number };
  readonly actions: ICardActions;
  /** Its machines that have not ended, null if there are none. */
  readonly machines: LiveMachines | null;
}

/** A run in the output of its cell, as it stands now; always two lines high. */
export function RunCard(props: RunCardProps): React.JSX.Element {
  const trans = useTranslator();
  const { standing, run } = props;
  switch (standing.kind) {
    case 'known':
      return <KnownRun {...props} row={standing.row} old={standing.old} />;
    case 'gone':
      return (
        <section
          className="cb-RunCard cb-mod-gone"
          aria-label={trans.__('Run %1', run)}
          data-run={run}
        >
          <p className="cb-RunCard-top">
            <StateIcon state="unknown" decorative />
            <span className="cb-RunCard-gone">
              {standing.row === null
                ? trans.__('Run %1 is not here: it was deleted, or made on another machine.', run)
                : trans.__('Run %1 was deleted.', run)}
            </span>
          </p>
          <p className="cb-RunCard-facts">
            {standing.row === null ? props.recorded : summary(standing.row.counts, trans)}
          </p>
        </section>
      );
    default:
      return (
        <section
          className="cb-RunCard cb-mod-waiting"
          aria-label={trans.__('Run %1', run)}
          data-run={run}
        >
          <p className="cb-RunCard-top">{props.recorded}</p>
          <p className="cb-RunCard-facts" />
        </section>
      );
  }
}

interface KnownRunProps extends RunCardProps {
  readonly row: RunRow;
  readonly old: boolean;
}

function KnownRun(props: KnownRunProps): React.JSX.Element {
  const { row, old, said, progress, found, shown, clock, actions, machines } = props;
  const trans = useTranslator();
  const going = row.ended === null;
  const now = useNow(clock, isGoing(row) && shown && !old);
  const name = row.name || row.code_line || row.id;
  const told = going && progress !== '' ? [progress] : [tally(row, trans)];
  const saying = going ? saidText(said, row.single, trans) : '';
  return (
    <section
      className={`cb-RunCard cb-mod-${row.state}`}
      aria-label={trans.__('Run %1: %2', row.name || row.id, stateLabel(row.state, trans))}
      data-run={row.id}
    >
      <div className="cb-RunCard-top">
        <StateIcon state={row.state} />
        <span
          className={`cb-RunCard-name${row.name === '' ? ' cb-mod-code' : ''}`}
          title={`${name}\n${row.id}`}
        >
          {name}
        </span>
        {row.elsewhere && <ElsewhereMark />}
        <CardActions row={row} actions={actions} />
      </div>
      <div className="cb-RunCard-facts">
        {!row.single && <StateBar counts={row.counts} />}
        <span className="cb-RunCard-text">
          {[
            ...told,
            ...found,
            ...(machines === null ? [] : statesTold(machines.states, trans)),
            ...facts(row, now, trans),
            ...costFacts(row, now, trans),
            ...(old ? [trans.__('server away')] : [])
          ].join(' · ')}
        </span>
        {going && row.reason !== '' && (
          <span className="cb-RunCard-reason" title={row.reason}>
            {row.reason}
          </span>
        )}
        {saying !== '' && (
          <span className="cb-RunCard-said" title={saying}>
            {saying}
          </span>
        )}
      </div>
    </section>
  );
}

function tally(row: RunRow, trans: TranslationBundle): string {
  return row.single ? stateLabel(row.state, trans) : summary(row.counts, trans);
}

function facts(row: RunRow, now: number, trans: TranslationBundle): string[] {
  const { started, submitted, ended, eta } = row;
  const told: string[] = [];
  if (ended !== null) {
    told.push(duration(Math.max(ended - (started ?? submitted), 0)));
  } else if (started !== null) {
    told.push(runningFor(Math.max(now - started, 0)));
  }
  if (ended === null && eta !== null && row.kind !== 'search' && row.kind !== 'calls') {
    told.push(trans.__('~%1 left', runningFor(eta)));
  }
  told.push(row.target);
  return told;
}

/** The task that spoke last. */
function saidText(said: readonly ISaid[], single: boolean, trans: TranslationBundle): string {
  const last = said[0];
  if (last === undefined) {
    return '';
  }
  const { task, fraction, text } = last;
  const share = fraction === null ? [] : [`${Math.round(100 * fraction)}%`];
  return [...(single ? [] : [trans.__('task %1', task)]), ...share, text]
    .filter(part => part !== '')
    .join(' · ');
}
