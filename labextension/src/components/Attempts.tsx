import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { TaskDetail } from '../api/client';
import { assertNever } from '../assert';
import { duration, when } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { Clipped } from './Clipped';
import { machineOf } from './machineFacts';
import { StateIcon } from './StateIcon';

type Attempt = TaskDetail['attempts'][number];

export interface AttemptsProps {
  readonly attempts: readonly Attempt[];
  /** Seconds since 1970 by the server's clock. */
  readonly now: number;
  /** Show the machine that an attempt was made on; not given where runs have none. */
  readonly onShowMachine?: (machine: string) => void;
}

/** Every try at a task, newest first. */
export function Attempts(props: AttemptsProps): React.JSX.Element {
  const { attempts, now, onShowMachine } = props;
  const trans = useTranslator();
  const asked = new Set(attempts.map(attempt => attempt.generation)).size > 1;
  return (
    <div className="cb-Attempts" tabIndex={0} role="group" aria-label={trans.__('Attempts')}>
      <table className="cb-TaskPage-table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Attempt')}</th>
            <th scope="col">{trans.__('Outcome')}</th>
            <th scope="col">{trans.__('Started')}</th>
            <th scope="col">{trans.__('Took')}</th>
            <th scope="col">{trans.__('Worker')}</th>
            <th scope="col">{trans.__('Message')}</th>
          </tr>
        </thead>
        <tbody>
          {[...attempts].reverse().map(attempt => {
            const { generation, started, ended, worker, message } = attempt;
            return (
              <tr key={`${generation}.${attempt.attempt}`}>
                <th scope="row">{asked ? `${generation}.${attempt.attempt}` : attempt.attempt}</th>
                <td>
                  <span className="cb-Attempts-outcome">
                    <StateIcon state={iconOf(attempt.outcome)} decorative />
                    {outcomeText(attempt.outcome, trans)}
                  </span>
                </td>
                <td>{started === null ? '' : when(started, now)}</td>
                <td>{started === null ? '' : duration((ended ?? now) - started)}</td>
                <td>
                  <Worker name={worker} {...(onShowMachine && { onShowMachine })} />
                </td>
                <td className="cb-Attempts-message">
                  <Clipped text={message} most={200} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface WorkerProps {
  readonly name: string;
  readonly onShowMachine?: (machine: string) => void;
}

function Worker({ name, onShowMachine }: WorkerProps): React.JSX.Element {
  const trans = useTranslator();
  const machine = machineOf(name);
  if (machine === '' || onShowMachine === undefined) {
    return <bdi>{name}</bdi>;
  }
  return (
    <button
      type="button"
      className="cb-Link"
      title={trans.__('Show machine %1', machine)}
      onClick={() => onShowMachine(machine)}
    >
      {name}
    </button>
  );
}

function iconOf(
  outcome: Attempt['outcome']
): 'running' | 'succeeded' | 'failed' | 'cancelled' | 'unknown' | 'pruned' {
  switch (outcome) {
    case '':
      return 'running';
    case 'succeeded':
    case 'cancelled':
    case 'unknown':
    case 'pruned':
      return outcome;
    case 'failed':
    case 'retried':
    case 'lost':
    case 'rejected':
      return 'failed';
    default:
      return assertNever(outcome);
  }
}

function outcomeText(outcome: Attempt['outcome'], trans: TranslationBundle): string {
  switch (outcome) {
    case '':
      return trans.__('Running');
    case 'succeeded':
      return trans.__('Succeeded');
    case 'failed':
      return trans.__('Failed');
    case 'retried':
      return trans.__('Failed, tried again');
    case 'cancelled':
      return trans.__('Cancelled');
    case 'lost':
      return trans.__('Lost');
    case 'rejected':
      return trans.__('Rejected');
    case 'unknown':
      return trans.__('Unknown');
    case 'pruned':
      return trans.__('Pruned');
    default:
      return assertNever(outcome);
  }
}
