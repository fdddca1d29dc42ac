import {
  candidateNames,
  collectCode,
  type ICollected,
  type IKernelFacts,
  kernelCode
} from '../../src/model/collect';

const RUN = '8x1k3mq-a2b4';

function facts(changes: Partial<IKernelFacts> = {}): IKernelFacts {
  return { bound: new Set(), imported: true, loaded: true, ...changes };
}

function code(changes: Partial<ICollected> = {}): string {
  return collectCode({
    run: RUN,
    name: '',
    single: false,
    into: null,
    sources: [],
    kernel: facts(),
    ...changes
  });
}

function variable(changes: Partial<ICollected> = {}): string {
  return code(changes).split(' = ')[0] ?? '';
}

describe('collectCode', () => {
  it('is one line where cellburst is imported', () => {
    expect(code({ into: 'scores' })).toBe(`scores = cellburst.attach("${RUN}").results`);
  });

  it('imports cellburst where it is not, or where nobody knows', () => {
    const expected = `import cellburst\n\nresults = cellburst.attach("${RUN}").results`;
    expect(code({ kernel: facts({ imported: false }) })).toBe(expected);
    expect(code({ kernel: null })).toBe(expected);
  });

  it('collects one cell as if it had run here', () => {
    expect(code({ single: true })).toBe(`%remote attach ${RUN}`);
    expect(code({ single: true, kernel: facts({ loaded: false }) })).toBe(
      `%load_ext cellburst\n%remote attach ${RUN}`
    );
    expect(code({ single: true, kernel: null })).toContain('%load_ext');
  });

  it.each([
    ['', 'results'],
    ['First hundred!', 'first_hundred'],
    ['7 folds', 'run_7_folds'],
    ['…', 'results'],
    ['Größe', 'größe'],
    ['x"; import os #', 'x_import_os'],
    ['print', 'print_2'],
    ['lambda', 'lambda_2'],
    ['a'.repeat(300), 'a'.repeat(40)]
  ])('calls the run %j %s', (name, expected) => {
    expect(variable({ name })).toBe(expected);
  });

  it('leaves what the notebook or the kernel has', () => {
    expect(variable({ sources: ['results = 1'] })).toBe('results_2');
    expect(variable({ sources: ['results', 'results_2 = 1'] })).toBe('results_3');
    expect(variable({ kernel: facts({ bound: new Set(['results']) }) })).toBe('results_2');
    expect(variable({ sources: ['my_results = 1'] })).toBe('results');
  });

  it('gives back the variable of the cell once the kernel has lost it', () => {
    const sources = ['%%remote --into scores\nx', 'scores.best()'];
    expect(variable({ into: 'scores', sources })).toBe('scores');
    const bound = new Set(['scores']);
    expect(variable({ into: 'scores', sources, kernel: facts({ bound }) })).toBe('scores_2');
    expect(code({ into: 'scores', sources, kernel: null })).toContain('scores_2 = ');
  });

  it('asks the kernel for every name that it would take', () => {
    const names = candidateNames({ name: 'every model', into: 'scores' });
    expect(names).toContain('scores');
    expect(names).toContain('scores_2');
    expect(names).toContain('every_model');
  });
});

it('retries and repeats in the kernel', () => {
  const attached = `cellburst.attach("${RUN}")`;
  expect(kernelCode(RUN, 'retry("failed")', facts())).toBe(`${attached}.retry("failed")`);
  expect(kernelCode(RUN, 'rerun()', null)).toBe(`import cellburst\n\n${attached}.rerun()`);
});
