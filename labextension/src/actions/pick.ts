import { InputDialog } from '@jupyterlab/apputils';

import type { RunRow } from '../api/client';
import { summary, when } from '../format';
import type { ITools } from './tools';

const SHOWN = 50;

/** A run that a person chooses among the newest of those that fit; undefined if none fits or none is chosen. */
export async function pickRun(
  tools: ITools,
  title: string,
  fits: (row: RunRow) => boolean
): Promise<RunRow | 'none' | undefined> {
  const { manager, trans } = tools;
  const { runs } = await manager.client.runs({ limit: 200 });
  const rows = runs.filter(fits).slice(0, SHOWN);
  if (rows.length === 0) {
    return 'none';
  }
  const items = rows.map(row => {
    const name = row.name || row.code_line;
    const facts = [row.id, summary(row.counts, trans), when(row.submitted, manager.now())];
    return [...(name === '' ? [] : [name]), ...facts].join(' · ');
  });
  const { button, value } = await InputDialog.getItem({
    title,
    label: trans.__('Run'),
    items,
    okLabel: trans.__('Choose')
  });
  return button.accept && value !== null ? rows[items.indexOf(value)] : undefined;
}
