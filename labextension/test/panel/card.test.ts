import { MimeModel, RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';

import { ServerMissingError } from '../../src/api/errors';
import { CommandIDs } from '../../src/commands';
import { CARD_MIME } from '../../src/model/cardPayload';
import { RunManager } from '../../src/model/manager';
import { RunCardRenderer } from '../../src/panel/card';
import { endedRow, runId, runRow } from '../builders';
import { FakeRunClient, FakeRunEvents, settled } from '../fakes';

type Entry = Pick<IntersectionObserverEntry, 'target' | 'isIntersecting'>;
let tell: (entries: Entry[]) => void = () => undefined;

let client: FakeRunClient;
let manager: RunManager;
let commands: CommandRegistry;
let card: RunCardRenderer;

beforeAll(() => {
  class Observer {
    constructor(callback: (entries: Entry[]) => void) {
      tell = callback;
    }
    observe(): void {
      return;
    }
    unobserve(): void {
      return;
    }
  }
  Object.assign(globalThis, { IntersectionObserver: Observer });
});

beforeEach(() => {
  client = new FakeRunClient();
  client.rows = [runRow(2), endedRow(1, { name: 'Every model' })];
  manager = new RunManager(client, new FakeRunEvents());
  commands = new CommandRegistry();
  const rendermime = new RenderMimeRegistry({ initialFactories: standardRendererFactories });
  const trans = nullTranslator.load('cellburst');
  card = new RunCardRenderer({ manager, commands, trans, rendermime });
  Widget.attach(card, document.body);
});

afterEach(() => {
  card.dispose();
  manager.dispose();
});

function show(run: unknown, more: ReadonlyPartialJSONObject = {}): Promise<void> {
  const data = {
    [CARD_MIME]: { run: run as string, store: '/e.db', version: 1, ...more },
    'text/html': '<b>from the kernel</b><img src="x" onerror="window.pwned=1">',
    'text/plain': 'from the kernel'
  };
  return card.renderModel(new MimeModel({ data, trusted: true }));
}

async function see(isIntersecting = true): Promise<void> {
  tell([{ target: card.node, isIntersecting }]);
  await settled();
  await new Promise(resolve => setTimeout(resolve, 20)); // React draws in a task of its own
}

describe('RunCardRenderer', () => {
  it('shows what was recorded, and asks nothing, before it is seen', async () => {
    await show(runId(1));
    await see(false);
    expect(card.node.textContent).toContain('from the kernel');
    expect(client.calls).toEqual([]);
  });

  it('shows how the run stands now once it is seen', async () => {
    await show(runId(1));
    await see();
    expect(card.node.textContent).toContain('Every model');
    expect(card.node.querySelector('img')).toBeNull();
  });

  it('asks nothing more while the kernel sends the same again', async () => {
    await show(runId(2));
    await see();
    const node = card.node.querySelector('section');
    const before = client.asked('run').length;
    for (let turn = 0; turn < 20; turn += 1) {
      await show(runId(2), { said: [{ task: 1, fraction: turn / 20, text: `step ${turn}` }] });
    }
    await see();
    expect(client.asked('run').length).toBe(before);
    expect(card.node.querySelector('section')).toBe(node);
    expect(card.node.textContent).toContain('step 19');
  });

  it('takes what tasks said in a saved notebook for over', async () => {
    await show(runId(2), { said: [{ task: 1, fraction: 0.5, text: 'long ago' }] });
    await see();
    expect(card.node.textContent).not.toContain('long ago');
  });

  it.each([
    ['is of a newer version', runId(1), { version: 2 }],
    ['has no run id', '<img src=x>', {}]
  ])('shows the sanitised HTML where the card %s', async (_, run, more) => {
    await show(run, more);
    await see();
    expect(card.node.querySelector('b')?.textContent).toBe('from the kernel');
    expect(card.node.querySelector('[onerror]')).toBeNull();
    expect(client.calls).toEqual([]);
  });

  it('shows the sanitised HTML without the server extension', async () => {
    const missing = new ServerMissingError('extension', '404');
    (['run', 'changes', 'status'] as const).forEach(method => client.fail(method, missing));
    await show(runId(1));
    await see();
    expect(card.node.querySelector('b')?.textContent).toBe('from the kernel');
    expect(card.node.querySelector('[onerror]')).toBeNull();
  });

  it('has buttons that are commands', async () => {
    const called: unknown[] = [];
    commands.addCommand(CommandIDs.collectRun, { execute: args => called.push({ ...args }) });
    await show(runId(1));
    await see();
    const buttons = [...card.node.querySelectorAll('button')];
    buttons.find(button => button.textContent === 'Collect')?.click();
    expect(called).toEqual([{ run: runId(1) }]);
  });
});
