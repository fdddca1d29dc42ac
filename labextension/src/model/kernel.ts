import type { Kernel, KernelMessage } from '@jupyterlab/services';

import type { IKernelFacts } from './collect';

const PATIENCE = 2000; // milliseconds: a kernel that does not answer by then is taken to be busy

/**
 * What a kernel says of its names and magics; null if it is busy, for it would answer too late.
 *
 * Nothing is run or bound in it and its history has nothing of it: IPython evaluates expressions.
 */
export async function askKernel(
  kernel: Kernel.IKernelConnection | null | undefined,
  names: readonly string[]
): Promise<IKernelFacts | null> {
  if (kernel?.status !== 'idle') {
    return null;
  }
  const expressions: Record<string, string> = {
    imported: "'cellburst' in globals()",
    loaded: "'remote' in get_ipython().magics_manager.magics['cell']"
  };
  for (const name of names) {
    expressions[`name ${name}`] = `${JSON.stringify(name)} in globals()`;
  }
  const future = kernel.requestExecute({
    code: '',
    silent: true,
    store_history: false,
    allow_stdin: false,
    user_expressions: expressions
  });
  const reply = await before(future.done, PATIENCE);
  future.dispose();
  if (reply?.content.status !== 'ok') {
    return null;
  }
  const said = reply.content.user_expressions;
  const isTrue = (key: string): boolean => /"True"/.test(JSON.stringify(said[key] ?? null));
  return {
    imported: isTrue('imported'),
    loaded: isTrue('loaded'),
    bound: new Set(names.filter(name => isTrue(`name ${name}`)))
  };
}

async function before(
  done: Promise<KernelMessage.IExecuteReplyMsg>,
  milliseconds: number
): Promise<KernelMessage.IExecuteReplyMsg | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>(resolve => {
    timer = setTimeout(() => {
      resolve(null);
    }, milliseconds);
  });
  try {
    return await Promise.race([done, late]);
  } catch {
    return null; // the kernel is gone or was restarted
  } finally {
    clearTimeout(timer);
  }
}
