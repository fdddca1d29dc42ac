import * as React from 'react';

import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import type { IChartField } from '../model/chartFields';
import type { IChartChoice } from '../model/charts';
import { Choice, type IOption } from './Choice';
import { columnTitle } from './columnTitle';

export interface ChartControlsProps {
  readonly choice: IChartChoice;
  readonly xFields: readonly IChartField[];
  readonly yFields: readonly IChartField[];
  readonly colorFields: readonly IChartField[];
  readonly canBeParallel: boolean;
  /** How many tasks are drawn, of how many. */
  readonly drawn: number;
  readonly total: number;
  readonly onChange: (choice: IChartChoice) => void;
}

/** What a chart shows along which axis. */
export function ChartControls(props: ChartControlsProps): React.JSX.Element {
  const { choice, xFields, yFields, colorFields, drawn, total, onChange } = props;
  const trans = useTranslator();
  const points = choice.kind === 'points';
  return (
    <div className="cb-ChartControls">
      {props.canBeParallel && (
        <Choice
          label={trans.__('Chart')}
          value={choice.kind}
          options={[
            { value: 'parallel', text: trans.__('All parameters (parallel coordinates)') },
            { value: 'points', text: trans.__('One against another') }
          ]}
          onChange={kind => onChange({ ...choice, kind: kind === 'parallel' ? kind : 'points' })}
        />
      )}
      <Choice
        label={points ? trans.__('Upwards') : trans.__('Result')}
        value={choice.y}
        options={optionsOf(yFields)}
        onChange={y => onChange({ ...choice, y })}
      />
      {points && (
        <>
          <Choice
            label={trans.__('Along')}
            value={choice.x}
            options={optionsOf(xFields)}
            onChange={x => onChange({ ...choice, x })}
          />
          <Choice
            label={trans.__('Colour')}
            value={choice.color}
            options={[{ value: '', text: trans.__('One colour') }, ...optionsOf(colorFields)]}
            onChange={color => onChange({ ...choice, color })}
          />
        </>
      )}
      {drawn < total && (
        <span className="cb-ChartControls-note">
          {trans.__('%1 of %2 tasks, evenly spread', count(drawn), count(total))}
        </span>
      )}
    </div>
  );

  function optionsOf(fields: readonly IChartField[]): readonly IOption[] {
    return fields.map(field => ({ value: field.key, text: columnTitle(field, trans) }));
  }
}
