import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RunDetail } from '../api/client';
import { duration } from '../format';
import { useTranslator } from '../hooks/useTranslator';

export interface FactsProps {
  readonly detail: RunDetail;
}

interface IFact {
  readonly term: string;
  readonly text: string;
  readonly code?: boolean;
}

/** Where a run came from, where it went and with which options. */
export function Facts({ detail }: FactsProps): React.JSX.Element {
  const trans = useTranslator();
  const facts = [...placeFacts(detail, trans), ...optionFacts(detail, trans)];
  return (
    <dl className="cb-Facts">
      {facts
        .filter(fact => fact.text !== '')
        .map(fact => (
          <React.Fragment key={fact.term}>
            <dt>{fact.term}</dt>
            <dd className={fact.code === true ? 'cb-mod-code' : ''}>{fact.text}</dd>
          </React.Fragment>
        ))}
    </dl>
  );
}

function placeFacts(detail: RunDetail, trans: TranslationBundle): readonly IFact[] {
  const { origin } = detail;
  return [
    { term: trans.__('Run'), text: detail.id, code: true },
    { term: trans.__('Target'), text: detail.target },
    { term: trans.__('Submitted'), text: timeText(detail.submitted) },
    { term: trans.__('Started'), text: timeText(detail.started) },
    { term: trans.__('Ended'), text: timeText(detail.ended) },
    { term: trans.__('Notebook'), text: detail.notebook, code: true },
    { term: trans.__('Folder'), text: detail.folder, code: true },
    { term: trans.__('Kernel'), text: origin?.kernel ?? '', code: true },
    { term: trans.__('Process'), text: origin === null ? '' : String(origin.pid) },
    { term: trans.__('Python'), text: origin?.python ?? '' },
    { term: trans.__('cellburst'), text: origin?.version ?? '' },
    { term: trans.__('Environment'), text: detail.env, code: true }
  ];
}

function optionFacts(detail: RunDetail, trans: TranslationBundle): readonly IFact[] {
  const { options, sweep } = detail;
  if (options === null) {
    return [];
  }
  const { parallel, retries, seed, timeout } = options;
  return [
    { term: trans.__('Seed'), text: String(seed), code: true },
    { term: trans.__('Parameters'), text: sweep.names.join(', ') },
    {
      term: trans.__('At once'),
      text:
        parallel === null
          ? trans.__('as many as there is room for')
          : trans._n('%1 task', '%1 tasks', parallel)
    },
    { term: trans.__('Retries'), text: String(retries) },
    {
      term: trans.__('Time limit'),
      text: timeout === null ? trans.__('none') : trans.__('%1 for each task', duration(timeout))
    },
    {
      term: trans.__('After a loss'),
      text: options.at_most_once
        ? trans.__('a task is not tried again (at most once)')
        : trans.__('a task is tried again')
    },
    {
      term: trans.__('On interrupt'),
      text:
        options.on_interrupt === 'cancel'
          ? trans.__('the run is cancelled')
          : trans.__('the run goes on')
    }
  ];
}

function timeText(at: number | null): string {
  return at === null ? '' : new Date(at * 1000).toLocaleString();
}
