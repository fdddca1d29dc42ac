import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { isLookedAt } from '../../src/actions/looking';
import { notifyEnded } from '../../src/actions/notifyEnded';
import { CommandIDs } from '../../src/commands';
import { RunManager } from '../../src/model/manager';
import { counts, endedRow, runId } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

const commands = new CommandRegistry();
const called: unknown[] = [];
for (const id of [CommandIDs.openRun, CommandIDs.collectRun]) {
  commands.addCommand(id, { execute: args => called.push([id, { ...args }]) });
}
const tools = {
  commands,
  manager: new RunManager(new FakeRunClient(), new FakeRunEvents()),
  trans: nullTranslator.load('cellburst')
};

beforeEach(() => {
  Notification.dismiss();
});

function said(): [string, string][] {
  return Notification.manager.notifications.map(({ message, type }) => [message, type]);
}

describe('notifyEnded', () => {
  it('has the result, and the way to it', () => {
    const failed = counts({ succeeded: 48, failed: 2 });
    notifyEnded(tools, [endedRow(1, { state: 'failed', counts: failed, name: 'Every model' })]);
    expect(said()).toEqual([['“Every model” has failed\n50/50 · 2 failed · 1m 12s', 'warning']]);
    const actions = Notification.manager.notifications[0]?.options.actions ?? [];
    expect(actions.map(({ label }) => label)).toEqual(['Open', 'Collect']);
    actions.forEach(({ callback }) => {
      callback(new MouseEvent('click'));
    });
    expect(called).toEqual([
      [CommandIDs.openRun, { run: runId(1) }],
      [CommandIDs.collectRun, { run: runId(1) }]
    ]);
  });

  it('offers nothing to collect where nothing came of it', () => {
    notifyEnded(tools, [
      endedRow(1, { state: 'failed', single: true, counts: counts({ failed: 1 }) })
    ]);
    const actions = Notification.manager.notifications[0]?.options.actions ?? [];
    expect(actions.map(({ label }) => label)).toEqual(['Open']);
  });

  it('is one message for many', () => {
    notifyEnded(
      tools,
      [1, 2, 3, 4].map(number => endedRow(number))
    );
    expect(said()).toEqual([['4 runs have succeeded.', 'success']]);
  });
});

describe('isLookedAt', () => {
  let inView: boolean;

  beforeAll(() => {
    class Observer {
      constructor(private readonly tell: (entries: { isIntersecting: boolean }[]) => void) {}
      observe(): void {
        queueMicrotask(() => {
          this.tell([{ isIntersecting: inView }]);
        });
      }
      disconnect(): void {
        return;
      }
    }
    Object.assign(globalThis, { IntersectionObserver: Observer });
  });

  beforeEach(() => {
    inView = true;
    document.body.innerHTML = '';
    const element = document.createElement('div');
    element.dataset['run'] = runId(1);
    const size = { width: 10, height: 10 } as DOMRect;
    jest.spyOn(element, 'getBoundingClientRect').mockReturnValue(size);
    document.body.append(element);
  });

  it('is true of a run that is in view', async () => {
    expect(await isLookedAt(runId(1))).toBe(true);
  });

  it('is false of one that is scrolled away, hidden, or nowhere', async () => {
    expect(await isLookedAt(runId(2))).toBe(false);
    inView = false;
    expect(await isLookedAt(runId(1))).toBe(false);
  });

  it('is false in a page that is not in front', async () => {
    const hidden = jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    expect(await isLookedAt(runId(1))).toBe(false);
    hidden.mockRestore();
  });

  it('takes no selector for an id', async () => {
    expect(await isLookedAt('"], body, [x="')).toBe(false);
  });
});
