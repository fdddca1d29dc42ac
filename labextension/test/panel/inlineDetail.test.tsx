import { nullTranslator } from '@jupyterlab/translation';
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import * as React from 'react';

import { ApiError } from '../../src/api/errors';
import type { IRunActions } from '../../src/components/RunActions';
import { RunManager } from '../../src/model/manager';
import { InlineDetail } from '../../src/panel/inlineDetail';
import { runDetail, runId } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

const RUN = runId(1);
const done = jest.fn();
let client: FakeRunClient;
let manager: RunManager;

beforeEach(() => {
  done.mockClear();
  client = new FakeRunClient();
  client.details.set(RUN, runDetail(1, { reason: 'waits for a free worker' }));
  client.stateTexts.set(RUN, { count: 50, states: '35s2f4r9q' });
  client.timelines.set(RUN, {
    events: [1, 2, 3, 4].map(id => ({
      id,
      at: 0,
      what: 'RunNoted',
      text: `event ${id}`,
      task: null
    }))
  });
  Reflect.deleteProperty(globalThis, 'IntersectionObserver'); // all is in view
  HTMLCanvasElement.prototype.getContext = jest.fn(() => null);
  manager = new RunManager(client, new FakeRunEvents());
});

afterEach(() => {
  manager.dispose();
});

function show(): () => void {
  const act_ = (name: string) => (): void => {
    done(name);
  };
  const actions: IRunActions = {
    cancel: act_('cancel'),
    retryFailed: act_('retryFailed'),
    retry: act_('retry'),
    rerun: act_('rerun'),
    collect: act_('collect'),
    rename: act_('rename'),
    remove: act_('remove'),
    copyId: act_('copyId'),
    openNotebook: act_('openNotebook')
  };
  const { unmount } = render(
    <InlineDetail
      manager={manager}
      run={RUN}
      trans={nullTranslator.load('cellburst')}
      actions={actions}
      onOpen={act_('open')}
      onOpenTask={task => {
        done('task', task);
      }}
    />
  );
  return unmount;
}

describe('InlineDetail', () => {
  it('shows tasks, reason, the last events and the main buttons', async () => {
    show();
    const matrix = await screen.findByRole('grid', { name: '50 tasks' });
    expect(screen.getByText('waits for a free worker')).toBeTruthy();
    expect(screen.getAllByRole('listitem').map(item => item.title)).toEqual([
      'event 4',
      'event 3',
      'event 2'
    ]);
    expect(screen.queryByLabelText('Rename')).toBeNull();
    fireEvent.click(screen.getByText('Cancel'));
    fireEvent.click(screen.getByText('Open in a tab'));
    fireEvent.keyDown(matrix, { key: 'End' });
    fireEvent.keyDown(matrix, { key: 'Enter' });
    expect(done.mock.calls).toEqual([['cancel'], ['open'], ['task', 49]]);
  });

  it('says what the server refuses', async () => {
    client.fail('run', new ApiError(503, 'StoreError', 'the store is busy', ''));
    show();
    expect((await screen.findByRole('alert')).textContent).toContain('the store is busy');
    client.mend('run');
    fireEvent.click(screen.getByText('Try again'));
    expect(await screen.findByRole('grid')).toBeTruthy();
  });

  it('asks for nothing once it is gone', async () => {
    const unmount = show();
    await screen.findByRole('grid');
    unmount();
    const before = client.calls.length;
    act(() => {
      void manager.refresh();
    });
    await waitFor(() => expect(client.asked('changes').length).toBeGreaterThan(0));
    const after = client.calls.slice(before).map(call => call.method);
    expect(after).not.toContain('states');
    expect(after).not.toContain('timeline');
  });
});
