import * as React from 'react';

import { count } from '../format';

/** One of a closed set, and how many of them there are. */
export interface IChip<Key extends string> {
  readonly key: Key;
  /** Says nothing that the label does not say, too. */
  readonly icon: React.JSX.Element;
  readonly label: string;
  readonly count: number;
}

export interface ChipsProps<Key extends string> {
  /** What is chosen here, for screen readers. */
  readonly label: string;
  readonly chips: readonly IChip<Key>[];
  /** Those that are pressed; none means all. */
  readonly chosen: readonly Key[];
  readonly onChange: (chosen: readonly Key[]) => void;
}

/** A row of small buttons, of which any number is pressed. One that counts nothing is there only while it is pressed. */
export function Chips<Key extends string>(props: ChipsProps<Key>): React.JSX.Element {
  const { label, chips, chosen, onChange } = props;
  return (
    <div className="cb-Chips" role="group" aria-label={label}>
      {chips.map(chip => {
        const pressed = chosen.includes(chip.key);
        const others = chosen.filter(other => other !== chip.key);
        return chip.count === 0 && !pressed ? null : (
          <button
            key={chip.key}
            type="button"
            className="cb-Chips-chip"
            aria-pressed={pressed}
            onClick={() => onChange(pressed ? others : [...chosen, chip.key])}
          >
            {chip.icon}
            <span>{chip.label}</span>
            <span className="cb-Chips-count">{count(chip.count)}</span>
          </button>
        );
      })}
    </div>
  );
}
