import type { Kernel } from '@jupyterlab/services';

import { askKernel } from '../../src/model/kernel';

interface IAsked {
  code: string;
  silent: boolean;
  store_history: boolean;
  user_expressions: Record<string, string>;
}

/** A kernel that has these names, and answers when it is let. */
function kernelWith(names: string[], status = 'idle', done?: Promise<unknown>) {
  const asked: IAsked[] = [];
  const requestExecute = (content: IAsked) => {
    asked.push(content);
    const said = Object.entries(content.user_expressions).map(([key, expression]) => {
      const name = /["'](\w+)["'] in globals/.exec(expression)?.[1] ?? 'magics';
      return [
        key,
        { status: 'ok', data: { 'text/plain': names.includes(name) ? 'True' : 'False' } }
      ];
    });
    const reply = {
      content: { status: 'ok', user_expressions: Object.fromEntries(said) as unknown }
    };
    return { done: done ?? Promise.resolve(reply), dispose: () => undefined };
  };
  const kernel = { status, requestExecute } as unknown as Kernel.IKernelConnection;
  return { kernel, asked };
}

describe('askKernel', () => {
  it('tells what is bound and loaded, and leaves nothing in the kernel', async () => {
    const { kernel, asked } = kernelWith(['scores', 'cellburst', 'magics']);
    expect(await askKernel(kernel, ['scores', 'other'])).toEqual({
      bound: new Set(['scores']),
      imported: true,
      loaded: true
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ code: '', silent: true, store_history: false });
  });

  it.each(['busy', 'unknown', 'dead', 'starting'])(
    'does not ask a kernel that is %s',
    async status => {
      const { kernel, asked } = kernelWith([], status);
      expect(await askKernel(kernel, ['scores'])).toBeNull();
      expect(asked).toEqual([]);
    }
  );

  it('does not wait for a kernel that does not answer', async () => {
    jest.useFakeTimers();
    const { kernel } = kernelWith([], 'idle', new Promise(() => undefined));
    const answer = askKernel(kernel, ['scores']);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await answer).toBeNull();
    jest.useRealTimers();
  });

  it('takes a kernel that is restarted for one that cannot be asked', async () => {
    const { kernel } = kernelWith([], 'idle', Promise.reject(new Error('Canceled future')));
    expect(await askKernel(kernel, [])).toBeNull();
    expect(await askKernel(null, [])).toBeNull();
  });
});
