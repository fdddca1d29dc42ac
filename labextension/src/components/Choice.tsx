import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

export interface IOption {
  readonly value: string;
  readonly text: string;
}

export interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly IOption[];
  readonly onChange: (value: string) => void;
}

/** One of several things, with what it is about before it. */
export function Choice({ label, value, options, onChange }: ChoiceProps): React.JSX.Element {
  return (
    <label className="cb-ChartControls-choice">
      <span>{label}</span>
      <HTMLSelect value={value} onChange={event => onChange(event.currentTarget.value)}>
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </HTMLSelect>
    </label>
  );
}
