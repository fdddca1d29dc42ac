import { nullTranslator } from '@jupyterlab/translation';

import type { OutputsAnswer, OutputsQuery } from '../../src/api/client';
import { LogModel } from '../../src/model/log';
import { FakeRunClient, settled } from '../fakes';
import { runId } from '../builders';

const trans = nullTranslator.load('cellburst');

/** A server that has printed something, and answers as the real one does: by bytes, and only of one attempt. */
class PrintingClient extends FakeRunClient {
  printed = '';
  attempt = 1;
  /** A display at this byte, which is as long as the number says. */
  display: { at: number; length: number } | null = null;
  readonly queries: OutputsQuery[] = [];

  override outputs(
    _run: string,
    _index: number,
    query: OutputsQuery,
    signal?: AbortSignal
  ): Promise<OutputsAnswer> {
    this.queries.push(query);
    if (signal?.aborted === true) {
      return Promise.reject(new DOMException('aborted', 'AbortError'));
    }
    const [, attempt, place] = (query.after ?? '').split('.').map(Number);
    const { length } = this.printed;
    const tail = Math.max(0, length - (query.tail ?? length));
    const start = attempt === this.attempt ? (place ?? 0) : query.tail === 0 ? 0 : tail;
    const end = Math.min(length, start + (query.limit ?? 1 << 20));
    const text = this.printed.slice(start, end);
    const outputs = text === '' ? [] : [{ output_type: 'stream', name: 'stdout', text }];
    const next = `1.${this.attempt}.${end}`;
    return Promise.resolve({
      outputs,
      next,
      dropped: 0,
      attempt: this.attempt,
      generation: 1,
      more: end < length
    });
  }
}

function numbered(from: number, to: number): string {
  let text = '';
  for (let n = from; n < to; n++) {
    text += `line ${String(n).padStart(7, '0')}\n`;
  }
  return text;
}

describe('LogModel', () => {
  let client: PrintingClient;
  let log: LogModel;

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.9); // how long a poll waits after an error
    client = new PrintingClient();
    log = new LogModel({ client, run: runId(1), index: 3, trans, nextFrame: go => go() });
  });

  afterEach(() => {
    log.dispose();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  async function pass(milliseconds = 1000): Promise<void> {
    await jest.advanceTimersByTimeAsync(milliseconds);
    await settled();
  }

  const lines = (): string[] => log.lines.map(line => line.text);

  it('asks nothing until it is shown, and nothing when it is not any more', async () => {
    await pass();
    expect(client.queries).toHaveLength(0);
    log.shown = true;
    await pass(0);
    expect(client.queries).toHaveLength(1);
    log.shown = false;
    await pass(60_000);
    expect(client.queries).toHaveLength(1);
  });

  it('shows the end first and goes on from there', async () => {
    client.printed = numbered(0, 20_000);
    log.shown = true;
    await pass(0);
    expect(lines().at(-2)).toBe('line 0019999');
    expect(log.earlier).toBe(true);
    expect(log.lines.length).toBeLessThan(12_000);
    client.printed += 'news';
    await pass();
    expect(lines().at(-1)).toBe('news');
    client.printed += ' and more';
    await pass();
    expect(lines().at(-1)).toBe('news and more');
  });

  it('loads what was before, so that every line is there once and has its number', async () => {
    client.printed = numbered(0, 20_000);
    log.shown = true;
    await pass(0);
    const last = log.first + log.lines.length;
    log.follow = false;
    for (let turn = 0; turn < 9 && log.earlier; turn++) {
      log.loadEarlier();
      await pass(0);
    }
    expect(log.earlier).toBe(false);
    expect(lines().join('\n')).toBe(client.printed);
    expect(log.first + log.lines.length).toBe(last);
  });

  it('cuts no character where two pages meet', async () => {
    client.printed = 'x'.repeat(200_000);
    log.shown = true;
    await pass(0);
    log.loadEarlier(true);
    await pass(0);
    expect(lines().join('')).toHaveLength(200_000);
  });

  it('asks at once while there is more, and shows the end to a follower that is far behind', async () => {
    log.shown = true;
    client.printed = 'begin\n';
    await pass(0);
    client.printed += numbered(0, 300_000);
    await pass(500);
    expect(lines().at(-2)).toBe('line 0299999');
    expect(client.queries.length).toBeLessThan(10);
  });

  it('begins anew with another attempt', async () => {
    client.printed = 'first attempt';
    log.shown = true;
    await pass(0);
    client.attempt = 2;
    client.printed = 'second';
    await pass();
    expect(lines()).toEqual(['second']);
  });

  it('asks less often when nothing comes, and again at once when told so', async () => {
    log.shown = true;
    await pass(60_000);
    const asked = client.queries.length;
    expect(asked).toBeLessThan(25);
    client.printed = 'x';
    log.poke();
    await pass(0);
    expect(lines()).toEqual(['x']);
  });

  it('asks once more when the task has ended, and then no more', async () => {
    client.printed = 'a';
    log.shown = true;
    await pass(0);
    client.printed = 'ab';
    log.live = false;
    await pass(0);
    expect(lines()).toEqual(['ab']);
    const asked = client.queries.length;
    await pass(60_000);
    expect(client.queries).toHaveLength(asked);
  });

  it('keeps a bounded window, and lets go of the start while it follows', async () => {
    log.shown = true;
    for (let part = 0; part < 80; part++) {
      client.printed += numbered(part * 5000, (part + 1) * 5000);
      await pass(500);
    }
    expect(log.lines.length).toBeLessThan(80_000);
    expect(log.first).toBeGreaterThan(0);
    expect(lines().at(-2)).toBe('line 0399999');
    const known = log.lines[100]?.text;
    expect(known).toMatch(/^line \d{7}$/);
  });

  it('stands still where somebody reads, until the end is wanted', async () => {
    log.shown = true;
    client.printed = 'begin\n';
    await pass(0);
    log.follow = false;
    client.printed += numbered(0, 400_000);
    await pass(5000);
    expect(lines()[0]).toBe('begin');
    expect(log.later).toBe(true);
    log.follow = true;
    await pass(5000);
    expect(lines().at(-2)).toBe('line 0399999');
    expect(log.later).toBe(false);
  });

  it('says what is wrong, asks less often, and goes on when it is mended', async () => {
    client.printed = 'x';
    const failing = jest
      .spyOn(client, 'outputs')
      .mockRejectedValue(new Error('the server is away'));
    log.shown = true;
    await pass(30_000);
    expect(log.error?.message).toBe('the server is away');
    expect(failing.mock.calls.length).toBeLessThan(15);
    failing.mockRestore();
    await pass(30_000);
    expect(log.error).toBeNull();
    expect(lines()).toEqual(['x']);
  });
});
