/** The kinds of parameters: what they are called, which fields they have, what a new one begins with. */
import type { IParameter, Kind, Law } from './types';

export type Field = 'text' | 'start' | 'stop' | 'step' | 'count';

export interface IKind {
  readonly label: string;
  readonly about: string;
  readonly fields: readonly Field[];
}

export const KINDS: Readonly<Record<Kind, IKind>> = {
  list: {
    label: 'list',
    about: 'Values, one a line or with commas between them',
    fields: ['text']
  },
  range: {
    label: 'range',
    about: 'From a number to before another',
    fields: ['start', 'stop', 'step']
  },
  linspace: {
    label: 'linspace',
    about: 'So many numbers at equal distances',
    fields: ['start', 'stop', 'count']
  },
  logspace: {
    label: 'logspace',
    about: 'So many numbers with equal ratios',
    fields: ['start', 'stop', 'count']
  },
  choices: { label: 'choices', about: 'Words or values, one a line', fields: ['text'] },
  boolean: { label: 'yes / no', about: 'False and True', fields: [] },
  distribution: {
    label: 'distribution',
    about: 'Drawn at random: needs a sample size, or a search',
    fields: ['start', 'stop', 'step']
  },
  expression: { label: 'expression', about: 'Python, evaluated in the kernel', fields: ['text'] },
  constant: { label: 'constant', about: 'One value for every task', fields: ['text'] }
};

export const LAWS: Readonly<Record<Law, string>> = {
  uniform: 'uniform',
  loguniform: 'log-uniform',
  quniform: 'uniform, in steps',
  randint: 'whole numbers',
  lograndint: 'whole numbers, log'
};

export const SAMPLERS = {
  '': 'every combination',
  random: 'a random sample',
  lhs: 'a Latin hypercube',
  sobol: 'a Sobol sequence'
} as const;

export const PLACEHOLDERS: Readonly<Record<Kind, string>> = {
  list: '0.1, 0.01, 0.001',
  range: '',
  linspace: '',
  logspace: '',
  choices: 'rbf\nlinear',
  boolean: '',
  distribution: '',
  expression: 'np.arange(0, 1, 0.1)',
  constant: '3'
};

/** What else a parameter gets when it becomes another kind: nothing that was typed is lost, and nothing stays empty. */
export function turned(parameter: IParameter, kind: Kind): Partial<IParameter> {
  const fields = KINDS[kind].fields;
  const filled: Partial<Record<Field, string>> = {};
  const begin: Partial<Record<Field, string>> = BEGIN[kind] ?? {};
  for (const field of fields) {
    const value = begin[field];
    if (!parameter[field] && value !== undefined) {
      filled[field] = value;
    }
  }
  return { kind, ...filled };
}

/** Whether a distribution has a step. */
export function hasStep(parameter: IParameter): boolean {
  return parameter.kind !== 'distribution' || parameter.law === 'quniform';
}

const BEGIN: Partial<Record<Kind, Partial<Record<Field, string>>>> = {
  range: { start: '0', stop: '5' },
  linspace: { start: '0', stop: '1', count: '5' },
  logspace: { start: '0.001', stop: '1', count: '4' },
  distribution: { start: '0.0001', stop: '0.1' }
};
