import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { LiveMachines, RunDetail } from '../api/client';
import { startedElsewhere, whyUnchangeable } from '../elsewhere';
import { count, duration, runningFor, summary, when } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import type { IFound } from '../model/standing';
import { ElsewhereIcon } from './ElsewhereMark';
import { troubleOf } from './growing';
import { type IRunActions, RunActions } from './RunActions';
import { statesTold } from './machineFacts';
import { costFacts } from './runCost';
import { SearchLine } from './SearchLine';
import { StateBar } from './StateBar';
import { StateIcon, stateLabel } from './StateIcon';

export interface RunHeaderProps {
  readonly detail: RunDetail;
  /** Seconds since 1970 by the server's clock. */
  readonly now: number;
  readonly deleted: boolean;
  /** What the run has found so far, if it searches or estimates. */
  readonly found: IFound;
  readonly onOpenTask: (task: number) => void;
  readonly actions: IRunActions;
  /** Its machines that have not ended, null if there are none. */
  readonly machines: LiveMachines | null;
}

/** What a run is, how far it is, what it waits for, and what can be done with it. */
export function RunHeader(props: RunHeaderProps): React.JSX.Element {
  const { detail, now, deleted, found, onOpenTask, actions, machines } = props;
  const trans = useTranslator();
  const trouble = troubleOf(detail);
  const name = detail.name || detail.code_line || detail.id;
  return (
    <div className="cb-RunHeader">
      <div className="cb-RunHeader-top">
        <h3 className="cb-RunHeader-name" title={name}>
          <StateIcon state={detail.state} decorative />
          <span className={detail.name === '' ? 'cb-mod-code' : ''}>{name}</span>
        </h3>
        {!deleted && <RunActions run={detail} actions={actions} />}
      </div>
      <p className="cb-RunHeader-facts">
        <span className={`cb-RunHeader-state cb-mod-${detail.state}`}>
          {stateLabel(detail.state, trans)}
        </span>
        <span>{trans.__('on %1', detail.target)}</span>
        {detail.elsewhere && (
          <span className="cb-RunHeader-elsewhere" title={whyUnchangeable(detail, trans)}>
            <ElsewhereIcon />
            {startedElsewhere(trans)}
          </span>
        )}
        {!detail.single && <span>{summary(detail.counts, trans)}</span>}
        {detail.cached > 0 && <span>{trans.__('%1 cached', count(detail.cached))}</span>}
        {timeFacts(detail, now, trans).map(fact => (
          <span key={fact}>{fact}</span>
        ))}
        {(machines === null ? [] : statesTold(machines.states, trans)).map(fact => (
          <span key={fact}>{fact}</span>
        ))}
        {costFacts(detail, now, trans).map(fact => (
          <span key={fact}>{fact}</span>
        ))}
        <code className="cb-RunHeader-id">{detail.id}</code>
      </p>
      {!detail.single && <StateBar counts={detail.counts} />}
      <SearchLine detail={detail} found={found} onOpenTask={onOpenTask} />
      {trouble !== '' && <p className="cb-RunHeader-reason">{trouble}</p>}
      {detail.error !== null && (
        <p className="cb-RunHeader-reason cb-mod-error" role="alert">
          {detail.error.message} {detail.error.hint}
        </p>
      )}
      {deleted && (
        <p className="cb-RunHeader-reason cb-mod-error" role="alert">
          {trans.__('This run was deleted. What is shown is what was known of it last.')}
        </p>
      )}
    </div>
  );
}

function timeFacts(detail: RunDetail, now: number, trans: TranslationBundle): readonly string[] {
  const { submitted, started, ended, eta } = detail;
  const facts = [trans.__('submitted %1', when(submitted, now))];
  if (ended !== null) {
    facts.push(trans.__('took %1', duration(ended - (started ?? submitted))));
  } else if (started !== null) {
    facts.push(trans.__('running for %1', runningFor(now - started)));
  } else {
    facts.push(trans.__('waiting for %1', runningFor(now - submitted)));
  }
  if (ended === null && eta !== null && !detail.open) {
    facts.push(trans.__('about %1 left', duration(eta)));
  }
  return facts;
}
