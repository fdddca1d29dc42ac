import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';

import type { RunRow, TimelineRow } from '../../src/api/client';
import { Facts } from '../../src/components/Facts';
import { Manifest } from '../../src/components/Manifest';
import { type IRunActions, RunActions } from '../../src/components/RunActions';
import { RunHeader } from '../../src/components/RunHeader';
import { Sections } from '../../src/components/Sections';
import { StateFilter } from '../../src/components/StateFilter';
import { Timeline } from '../../src/components/Timeline';
import { NOTHING_FOUND } from '../../src/model/standing';
import { counts, endedRow, runDetail, runRow, T0 } from '../builders';

const EVIL = '<img src=x onerror=alert(1)>';
const done = jest.fn();
const act =
  (name: string) =>
  (...args: unknown[]): void => {
    done(name, ...args);
  };
const actions: IRunActions = {
  cancel: act('cancel'),
  retryFailed: act('retryFailed'),
  retry: act('retry'),
  rerun: act('rerun'),
  collect: act('collect'),
  rename: act('rename'),
  remove: act('remove'),
  copyId: act('copyId'),
  openNotebook: act('openNotebook')
};

beforeEach(() => {
  done.mockClear();
});

describe('RunActions', () => {
  const names = (run: RunRow): (string | null)[] => {
    const { unmount } = render(<RunActions run={run} actions={actions} />);
    const found = screen
      .getAllByRole('button')
      .map(button => button.getAttribute('aria-label') ?? button.textContent);
    unmount();
    return found;
  };

  it('offers what makes sense for the run as it stands', () => {
    expect(names(runRow(1))).toEqual([
      'Collect into kernel',
      'Cancel',
      'Retry failed',
      'Open the notebook',
      'Rename',
      'Copy the id'
    ]);
    expect(names(endedRow(1, { notebook: '' }))).toEqual([
      'Collect into kernel',
      'Run again',
      'Rename',
      'Copy the id',
      'Delete'
    ]);
    const stopped = endedRow(1, { state: 'cancelled', counts: counts({ cancelled: 3 }) });
    expect(names(stopped)).toContain('Run the rest');
    expect(names(runRow(1, { state: 'cancelling' }))).not.toContain('Cancel');
  });

  it('refuses to change a run of another computer, and says why', () => {
    const bad = { state: 'failed', elsewhere: true } as const;
    render(
      <RunActions run={endedRow(1, { ...bad, counts: counts({ failed: 2 }) })} actions={actions} />
    );
    for (const refused of [screen.getByText('Retry failed'), screen.getByLabelText('Run again')]) {
      const button = refused.closest('button');
      expect(button?.getAttribute('aria-disabled')).toBe('true');
      expect(button?.title).toContain('another computer');
      fireEvent.click(refused);
    }
    fireEvent.click(screen.getByLabelText('Rename'));
    expect(done.mock.calls.map(([name]) => name as string)).toEqual(['rename']);
  });

  it('does what its button says', () => {
    render(<RunActions run={runRow(1)} actions={actions} />);
    fireEvent.click(screen.getByText('Retry failed'));
    fireEvent.click(screen.getByLabelText('Rename'));
    expect(done.mock.calls.map(([name]) => name as string)).toEqual(['retryFailed', 'rename']);
  });
});

describe('RunHeader', () => {
  const header = (changes: Parameters<typeof runDetail>[1], deleted = false): string => {
    const detail = runDetail(1, changes);
    const { container } = render(
      <RunHeader
        detail={detail}
        now={T0 + 62}
        deleted={deleted}
        found={NOTHING_FOUND}
        machines={null}
        actions={actions}
        onOpenTask={act('task')}
      />
    );
    return container.textContent ?? '';
  };

  it('says how far the run is, what it waits for and how long it may take', () => {
    const text = header({ name: 'rates', reason: 'waits for a free worker', eta: 40 });
    expect(text).toContain('rates');
    expect(text).toContain('37/50 · 2 failed');
    expect(text).toContain('running for 1m 0s');
    expect(text).toContain('about 40s left');
    expect(text).toContain('waits for a free worker');
  });

  it('takes it for no trouble that an open run waits for more', () => {
    const idle = { counts: counts({ succeeded: 4 }), reason: 'open: waits for more tasks' };
    const sweep = { kind: 'calls' as const, names: ['call'], count: 4 };
    const text = header({ ...idle, sweep, kind: 'calls', open: true });
    expect(text).toContain('Openwaits for more calls, until the executor is shut down');
    expect(text).not.toContain('open: waits');
  });

  it('says that another computer has started it', () => {
    expect(header({ elsewhere: true })).toContain('started on another computer');
    expect(header({})).not.toContain('another computer');
  });

  it('says how long it took, and no reason, when it has ended', () => {
    const text = header({ ...endedRow(1), reason: 'waited' });
    expect(text).toContain('took 1m 12s');
    expect(text).not.toContain('waited');
  });

  it('says that the record is damaged or deleted, and then offers nothing', () => {
    const error = { type: 'StoreError', message: 'the record is damaged', hint: 'run doctor' };
    expect(header({ error })).toContain('the record is damaged run doctor');
    expect(header({}, true)).toContain('This run was deleted');
  });

  it('shows a name as text', () => {
    expect(header({ name: EVIL })).toContain(EVIL);
    expect(document.querySelector('img')).toBeNull();
  });
});

describe('Sections', () => {
  const sections = ['a', 'b', 'c'].map(id => ({ id, label: id.toUpperCase() }));
  const show = (shown: string): HTMLElement[] => {
    render(
      <Sections sections={sections} shown={shown} label="Parts" onShow={act('show')}>
        <p>inside</p>
      </Sections>
    );
    return screen.getAllByRole('tab');
  };

  it('is one stop of the Tab key, and walked with arrows', () => {
    const tabs = show('b');
    expect(tabs.map(tab => tab.tabIndex)).toEqual([-1, 0, -1]);
    for (const key of ['ArrowRight', 'ArrowLeft', 'Home', 'End', 'x']) {
      fireEvent.keyDown(tabs[1] ?? document.body, { key });
    }
    expect(done.mock.calls.map(([, id]) => id as string)).toEqual(['c', 'a', 'a', 'c']);
    const panel = screen.getByRole('tabpanel');
    expect(panel.getAttribute('aria-labelledby')).toBe(tabs[1]?.id);
  });
});

describe('StateFilter', () => {
  it('shows states that there are, and those that are chosen though there are none', () => {
    render(
      <StateFilter
        counts={counts({ succeeded: 1200, failed: 3 })}
        chosen={['unknown']}
        onChange={act('states')}
      />
    );
    const buttons = screen.getAllByRole('button');
    expect(buttons.map(button => button.textContent)).toEqual([
      'Succeeded1,200',
      'Failed3',
      'Unknown0'
    ]);
    buttons.slice(1).forEach(button => fireEvent.click(button));
    expect(done.mock.calls).toEqual([
      ['states', ['unknown', 'failed']],
      ['states', []]
    ]);
  });
});

describe('Manifest', () => {
  const input = { name: 'x', type: 'int', size: 28, how: 'value' as const, why: '', warning: '' };

  it('says of each name how it travelled, why, and what to mind', () => {
    render(
      <Manifest
        inputs={[
          input,
          { ...input, name: EVIL, size: null, how: 'import', why: 'there as well', warning: EVIL }
        ]}
        sent={28}
      />
    );
    expect(screen.getByText('2 names, 28 B sent')).toBeTruthy();
    expect(screen.getByText('As a copy')).toBeTruthy();
    expect(screen.getByText('Imported there')).toBeTruthy();
    expect(screen.getAllByText(EVIL).map(node => node.tagName)).toEqual(['TH', 'DIV']);
    expect(document.querySelector('img')).toBeNull();
  });

  it('says that there is nothing', () => {
    render(<Manifest inputs={[]} sent={0} />);
    expect(screen.getByText(/nothing was sent along/)).toBeTruthy();
  });
});

describe('Timeline', () => {
  const event = (id: number, changes: Partial<TimelineRow> = {}): TimelineRow => ({
    id,
    at: T0 + id,
    what: 'RunNoted',
    text: `event ${id}`,
    task: null,
    ...changes
  });

  it('shows the newest first, and leads to the task it is about', () => {
    const events = [
      event(1, { text: EVIL }),
      event(72, { what: 'AttemptEnded', text: 'task 4 is tried again', task: 4 })
    ];
    render(<Timeline events={events} since={T0} onOpenTask={act('open')} />);
    const items = screen.getAllByRole('listitem');
    expect(items[0]?.textContent).toContain('+1m 12s');
    expect(items[0]?.className).toContain('cb-mod-again');
    expect(items[1]?.textContent).toContain(EVIL);
    fireEvent.click(screen.getByText('Open task 4'));
    expect(done).toHaveBeenCalledWith('open', 4);
  });

  it('shows more only when it is asked for', () => {
    const events = Array.from({ length: 1200 }, (_, id) => event(id));
    render(<Timeline events={events} since={T0} onOpenTask={act('open')} />);
    expect(screen.getAllByRole('listitem').length).toBe(500);
    fireEvent.click(screen.getByText('Show older ones (700 more)'));
    expect(screen.getAllByRole('listitem').length).toBe(1000);
  });

  it('survives a time that is none', () => {
    render(<Timeline events={[event(1, { at: 1e300 })]} since={T0} onOpenTask={act('open')} />);
    expect(screen.getByText('event 1')).toBeTruthy();
  });
});

describe('Facts', () => {
  it('has target, environment, Python, seed, options, folder, notebook and kernel', () => {
    const { container } = render(<Facts detail={runDetail(1)} />);
    const facts = Object.fromEntries(
      Array.from(container.querySelectorAll('dt'), term => [
        term.textContent,
        term.nextElementSibling?.textContent
      ])
    ) as Record<string, string>;
    expect(facts).toMatchObject({
      Target: 'local',
      Environment: '0123456789ab',
      Python: '3.11.7',
      Seed: '7',
      Folder: 'results',
      Notebook: 'study.ipynb',
      Kernel: 'k1',
      'At once': '4 tasks',
      Retries: '0',
      'Time limit': 'none'
    });
    expect(facts['Ended']).toBeUndefined();
  });

  it('leaves out what a damaged record does not say', () => {
    const { container } = render(
      <Facts detail={runDetail(1, { options: null, origin: null, folder: '' })} />
    );
    expect(container.textContent).not.toContain('Seed');
    expect(container.textContent).not.toContain('null');
  });
});
