import { InputGroup } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Counts, TaskState } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { StateFilter } from './StateFilter';

const PAUSE = 200; // ms without a key before it is looked for

export interface TaskToolsProps {
  readonly counts: Counts;
  readonly states: readonly TaskState[];
  readonly text: string;
  /** How many tasks are found; null while that is not known. */
  readonly found: number | null;
  readonly chosen: number;
  /** Something of the run can still be cancelled. */
  readonly going: boolean;
  readonly onStates: (states: readonly TaskState[]) => void;
  readonly onText: (text: string) => void;
  readonly onChooseAll: () => void;
  readonly onChooseNone: () => void;
  readonly onCancelChosen: () => void;
}

/** Which tasks the table shows, and what can be done with those that are chosen. */
export function TaskTools(props: TaskToolsProps): React.JSX.Element {
  const { counts, states, text, found, chosen, going } = props;
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
        <span className="cb-TaskTools-chosen">
          {trans.__('%1 chosen', count(chosen))}
          {going && (
            <button
              type="button"
              className="cb-RunActions-action cb-mod-main"
              onClick={onCancelChosen}
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
