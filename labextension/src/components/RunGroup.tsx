import type { TranslationBundle } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { assertNever } from '../assert';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import type { IRunGroup } from '../model/runGroups';
import { Caret } from './Caret';

export interface RunGroupProps {
  readonly group: IRunGroup;
  readonly isOpen: boolean;
  /** Whether runs of it may be on pages that were not read. */
  readonly isPart: boolean;
  /** The day of now: "2026-11-21". */
  readonly today: string;
}

/** The title of a group of runs. */
export function RunGroup({ group, isOpen, isPart, today }: RunGroupProps): React.JSX.Element {
  const trans = useTranslator();
  const size = count(group.rows.length);
  return (
    <>
      <Caret isOpen={isOpen} />
      {group.by === 'notebook' && group.key !== '' && (
        <notebookIcon.react
          tag="span"
          className="cb-RunGroup-icon"
          elementSize="small"
          aria-hidden
        />
      )}
      <span className="cb-RunGroup-title" title={group.key}>
        {groupTitle(group, today, trans)}
      </span>
      <span className="cb-RunGroup-count">{isPart ? `${size}+` : size}</span>
    </>
  );
}

function groupTitle(group: IRunGroup, today: string, trans: TranslationBundle): string {
  switch (group.by) {
    case 'notebook':
      return group.key === ''
        ? trans.__('Outside of notebooks')
        : (group.key.split('/').at(-1) ?? group.key);
    case 'day':
      return dayTitle(group.key, today, trans);
    default:
      return assertNever(group.by);
  }
}

function dayTitle(day: string, today: string, trans: TranslationBundle): string {
  const date = new Date(`${day}T12:00:00`);
  const days = Math.round((new Date(`${today}T12:00:00`).getTime() - date.getTime()) / 86_400_000);
  if (days === 0) {
    return trans.__('Today');
  }
  if (days === 1) {
    return trans.__('Yesterday');
  }
  const isThisYear = day.slice(0, 4) === today.slice(0, 4);
  return date.toLocaleDateString(undefined, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' })
  });
}
