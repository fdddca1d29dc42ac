import { InputGroup } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Counts, TaskState } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { allowed } from './allowed';
import { StateFilter } from './StateFilter';

const PAUSE = 200; // ms without a key before it is looked for

export interface TaskToolsProps {
  readonly counts: Counts;
  readonly states: readonly TaskState[];
  readonly text: string;
  /** How many tasks are found; null while that is not known. */
  readonly found: number | null;
  readonly chosen: number;
  /** How many tasks were meant when all were to be chosen, if that was more than can be chosen at once; else 0. */
  readonly meant: number;
  /** Something of the run can still be cancelled. */
  readonly going: boolean;
  /** Why single tasks cannot be cancelled; "" if they can. */
  readonly reason: string;
  readonly onStates: (states: readonly TaskState[]) => void;
  readonly onText: (text: string) => void;
  readonly onChooseAll: () => void;
  readonly onChooseNone: () => void;
  readonly onCancelChosen: () => void;
}

/** Which tasks the table shows, and what can be done with those that are chosen. */
export function TaskTools(props: TaskToolsProps): React.JSX.Element {
  const { counts, states, text, found, chosen, meant, going, reason } = props;
  const { onStates, onText, onChooseAll, onChooseNone, onCancelChosen } = props;
  const trans = useTranslator();
  const [typed, setTyped] = React.useState(text);
  React.useEffect(() => {
    if (typed === text) {
      return;
    }
    const timer = setTimeout(() => {
      onText(typed);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, text, onText]);
  return (
    <div className="cb-TaskTools">
      <StateFilter counts={counts} chosen={states} onChange={onStates} />
      <div className="cb-TaskTools-text">
        <InputGroup
          type="search"
          value={typed}
          placeholder={trans.__('Find in parameters, values, errors, workers')}
          aria-label={trans.__('Find tasks')}
          rightIcon="ui-components:search"
          onChange={event => setTyped(event.currentTarget.value)}
        />
      </div>
      <span className="cb-TaskTools-found" role="status">
        {found !== null && trans._n('%2 task', '%2 tasks', found, count(found))}
      </span>
      {going && found !== null && found > 0 && chosen === 0 && (
        <button type="button" className="cb-Link" onClick={onChooseAll}>
          {trans.__('Choose all')}
        </button>
      )}
      {chosen > 0 && (
        <span className="cb-TaskTools-chosen" role="status">
          {meant > chosen
            ? trans.__('The first %1 of %2 are chosen', count(chosen), count(meant))
            : trans.__('%1 chosen', count(chosen))}
          {going && (
            <button
              type="button"
              className="cb-RunActions-action cb-mod-main"
              {...allowed(reason, undefined, onCancelChosen)}
            >
              {trans._n('Cancel this task', 'Cancel these tasks', chosen)}
            </button>
          )}
          <button type="button" className="cb-Link" onClick={onChooseNone}>
            {trans.__('Choose none')}
          </button>
        </span>
      )}
    </div>
  );
}
