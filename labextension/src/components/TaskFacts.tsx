import * as React from 'react';

import type { TaskDetail } from '../api/client';
import { useTranslator } from '../hooks/useTranslator';
import type { IUsage } from '../model/usage';
import { Attempts } from './Attempts';
import { Key } from './Key';
import { ResourceCurve } from './ResourceCurve';
import { ValueTable } from './ValueTable';

export interface TaskFactsProps {
  readonly detail: TaskDetail;
  readonly usage: IUsage | null;
  /** Seconds since 1970 by the server's clock. */
  readonly now: number;
  readonly onCopyParams: () => void;
  readonly onShowMachine?: (machine: string) => void;
}

/** What a task was given, what it measured and took, and every attempt at it. */
export function TaskFacts(props: TaskFactsProps): React.JSX.Element {
  const { detail, usage, now, onCopyParams, onShowMachine } = props;
  const { params, metrics, summary, attempts } = detail;
  const trans = useTranslator();
  const hasParams = Object.keys(params).length > 0;
  const hasMetrics = metrics !== null && Object.keys(metrics).length > 0;
  return (
    <div className="cb-TaskFacts">
      {hasParams && (
        <section className="cb-TaskFacts-part" aria-label={trans.__('Parameters')}>
          <div className="cb-TaskFacts-bar">
            <h4 className="cb-TaskPage-title">{trans.__('Parameters')}</h4>
            <Key onClick={onCopyParams}>{trans.__('Copy as code')}</Key>
          </div>
          <ValueTable values={params} label={trans.__('Parameters')} />
        </section>
      )}
      {hasMetrics && (
        <section className="cb-TaskFacts-part" aria-label={trans.__('Metrics')}>
          <h4 className="cb-TaskPage-title">{trans.__('Metrics')}</h4>
          <ValueTable values={metrics} label={trans.__('Metrics')} />
        </section>
      )}
      {summary !== null && (
        <section className="cb-TaskFacts-part" aria-label={trans.__('Value')}>
          <h4 className="cb-TaskPage-title">{trans.__('Value')}</h4>
          <ValueTable values={asTable(summary)} label={trans.__('Value')} />
        </section>
      )}
      {usage !== null && usage.samples.length > 1 && (
        <section className="cb-TaskFacts-part" aria-label={trans.__('Resources')}>
          <h4 className="cb-TaskPage-title">{trans.__('Resources')}</h4>
          <ResourceCurve samples={usage.samples} />
        </section>
      )}
      {attempts.length > 0 && (
        <section className="cb-TaskFacts-part cb-mod-wide" aria-label={trans.__('Attempts')}>
          <h4 className="cb-TaskPage-title">{trans.__('Attempts')}</h4>
          <Attempts attempts={attempts} now={now} {...(onShowMachine && { onShowMachine })} />
        </section>
      )}
    </div>
  );
}

function asTable(summary: unknown): Readonly<Record<string, unknown>> {
  return typeof summary === 'object' && summary !== null && !Array.isArray(summary)
    ? { ...summary }
    : { value: summary };
}
