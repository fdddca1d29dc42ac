import { Clipboard, Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from '../../src/commands';
import { taskPlugin } from '../../src/plugins/task';
import { runId, taskDetail } from '../builders';
import { FakeRunClient } from '../fakes';

jest.mock('@jupyterlab/apputils', () => ({
  Clipboard: { copyToSystem: jest.fn() },
  Dialog: {},
  Notification: {
    dismiss: jest.fn(),
    success: jest.fn(),
    warning: jest.fn(),
    error: jest.fn(),
    info: jest.fn()
  },
  showDialog: jest.fn()
}));

const RUN = runId(1);
const HOSTILE: unknown[] = [
  {},
  { run: RUN },
  { task: 3 },
  { run: '../../api/shutdown', task: 3 },
  { run: RUN, task: '3' },
  { run: RUN, task: -1 },
  { run: RUN, task: NaN },
  { run: `${RUN}\n`, task: 3 },
  { run: [RUN], task: 3 },
  { run: RUN, task: 3, path: '/etc' },
  { run: { toString: () => RUN }, task: { valueOf: () => 3 } }
];

describe('the commands of a task', () => {
  const client = new FakeRunClient();
  const commands = new CommandRegistry();
  const clicked: string[] = [];

  beforeAll(() => {
    const app = { commands, contextMenuHitTest: () => undefined };
    void taskPlugin.activate(app as never, { client }, null);
    jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement
    ) {
      clicked.push(`${this.getAttribute('href') ?? ''} as ${this.download}`);
    });
    const params = { lr: 0.1, name: "it's" };
    client.taskDetails.set(`${RUN}/3`, taskDetail(3, { params }));
  });

  beforeEach(() => {
    clicked.length = 0;
    jest.clearAllMocks();
  });

  it.each([CommandIDs.downloadLog, CommandIDs.downloadFile, CommandIDs.copyParams])(
    '%s says what it does',
    async id => {
      expect(commands.label(id)).not.toBe('');
      expect(commands.caption(id)).not.toBe('');
      expect((await commands.describedBy(id)).args).toMatchObject({ type: 'object' });
    }
  );

  it('downloads the log', async () => {
    await commands.execute(CommandIDs.downloadLog, { run: RUN, task: 3 });
    const address = client.logUrl(RUN, 3);
    expect(clicked).toEqual([`${address} as ${RUN}-task3.txt`]);
    expect(document.querySelector('a')).toBeNull();
  });

  it('downloads a file', async () => {
    const place = { run: RUN, task: 3, path: 'plots/a b.png' };
    await commands.execute(CommandIDs.downloadFile, place);
    expect(clicked).toEqual([`${client.fileUrl(RUN, 3, 'plots/a b.png')} as a b.png`]);
  });

  it('fetches a file with the token where the server is of another origin', async () => {
    jest.spyOn(client, 'fileUrl').mockReturnValueOnce('https://elsewhere.example/file');
    URL.createObjectURL = jest.fn(() => 'blob:x');
    await commands.execute(CommandIDs.downloadFile, { run: RUN, task: 3, path: 'a.txt' });
    expect(client.asked('file').at(-1)).toEqual([RUN, 3, 'a.txt']);
    expect(clicked).toEqual(['blob:x as a.txt']);
  });

  it.each(['', '/etc/passwd', '../up', 'a/../../b', 'a//b', 7])(
    'downloads nothing for the path %j',
    async path => {
      await commands.execute(CommandIDs.downloadFile, { run: RUN, task: 3, path });
      expect(clicked).toEqual([]);
      expect(Notification.warning).toHaveBeenCalled();
    }
  );

  it('copies the parameters as code', async () => {
    await commands.execute(CommandIDs.copyParams, { run: RUN, task: 3 });
    expect(Clipboard.copyToSystem).toHaveBeenCalledWith(`lr = 0.1\nname = "it's"\n`);
  });

  it('says why it cannot', async () => {
    await commands.execute(CommandIDs.copyParams, { run: RUN, task: 999 });
    expect(Notification.error).toHaveBeenCalled();
    expect(Clipboard.copyToSystem).not.toHaveBeenCalled();
  });

  it.each(HOSTILE)('does nothing with %j', async args => {
    const before = client.calls.length;
    await commands.execute(CommandIDs.downloadLog, args as never);
    await commands.execute(CommandIDs.copyParams, args as never);
    expect(clicked).toEqual([]);
    expect(Clipboard.copyToSystem).not.toHaveBeenCalled();
    expect(client.calls).toHaveLength(before);
    expect(Notification.warning).toHaveBeenCalledTimes(2);
  });
});
