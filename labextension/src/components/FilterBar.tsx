import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { RunState } from '../api/client';
import { useTranslator } from '../hooks/useTranslator';
import type { IRunFilter } from '../model/runFilter';
import { StateIcon, stateLabel } from './StateIcon';

export interface FilterBarProps {
  readonly filter: IRunFilter;
  readonly targets: readonly string[];
  readonly onChange: (filter: IRunFilter) => void;
}

/** What a person asks for, and the states that it means. */
const CHOICES: readonly (readonly RunState[])[] = [
  ['running', 'queued', 'cancelling'],
  ['succeeded'],
  ['failed'],
  ['cancelled']
];

/** Text, state and target of the runs to show. */
export function FilterBar({ filter, targets, onChange }: FilterBarProps): React.JSX.Element {
  const trans = useTranslator();
  const pick = (choice: readonly RunState[]): void => {
    const isOn = choice.every(state => filter.states.includes(state));
    const others = filter.states.filter(state => !choice.includes(state));
    onChange({ ...filter, states: isOn ? others : [...others, ...choice] });
  };
  return (
    <div className="cb-FilterBar" role="search" aria-label={trans.__('Filter runs')}>
      <div className="cb-FilterBar-text">
        <input
          className="cb-FilterBar-input"
          type="text"
          spellCheck={false}
          placeholder={trans.__('Name, code, notebook or id')}
          aria-label={trans.__('Text in name, code, notebook or id')}
          maxLength={200}
          value={filter.text}
          onChange={event => onChange({ ...filter, text: event.target.value })}
          onKeyDown={event => {
            if (event.key === 'Escape' && filter.text !== '') {
              event.stopPropagation();
              onChange({ ...filter, text: '' });
            }
          }}
        />
        {filter.text !== '' && (
          <button
            type="button"
            className="cb-FilterBar-clear"
            title={trans.__('Clear the text')}
            aria-label={trans.__('Clear the text')}
            onClick={() => onChange({ ...filter, text: '' })}
          >
            <closeIcon.react tag={null} elementSize="small" />
          </button>
        )}
      </div>
      <div className="cb-FilterBar-choices">
        <div className="cb-FilterBar-states" role="group" aria-label={trans.__('State')}>
          {CHOICES.map(choice => {
            const [first] = choice;
            const label =
              first === 'running' ? trans.__('Not ended') : stateLabel(first ?? 'queued', trans);
            return (
              <button
                key={label}
                type="button"
                className="cb-FilterBar-state"
                title={label}
                aria-label={label}
                aria-pressed={choice.every(state => filter.states.includes(state))}
                onClick={() => pick(choice)}
              >
                <StateIcon state={first ?? 'queued'} decorative />
              </button>
            );
          })}
        </div>
        {(targets.length > 1 || filter.target !== '') && (
          <select
            className="cb-FilterBar-target"
            aria-label={trans.__('Target')}
            value={filter.target}
            onChange={event => onChange({ ...filter, target: event.target.value })}
          >
            <option value="">{trans.__('All targets')}</option>
            {targets.map(target => (
              <option key={target} value={target}>
                {target}
              </option>
            ))}
          </select>
        )}
      </div>
    </div>
  );
}
