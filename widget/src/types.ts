/** What goes between kernel and page: the shapes of py_src/cellburst/widgets/{spec,facts,running,points}.py. */

export type Kind =
  | 'list'
  | 'range'
  | 'linspace'
  | 'logspace'
  | 'choices'
  | 'boolean'
  | 'distribution'
  | 'expression'
  | 'constant';

export type Law = 'uniform' | 'loguniform' | 'quniform' | 'randint' | 'lograndint';
export type Sampler = '' | 'random' | 'lhs' | 'sobol';

export interface IParameter {
  readonly id: string;
  readonly name?: string;
  readonly kind?: Kind;
  readonly text?: string;
  readonly start?: string;
  readonly stop?: string;
  readonly step?: string;
  readonly count?: string;
  readonly law?: Law;
  readonly when?: string;
}

export interface ISpec {
  readonly parameters?: readonly IParameter[];
  readonly where?: readonly string[];
  readonly sampler?: Sampler;
  readonly sample?: string;
  readonly seed?: string;
  readonly target?: string;
  readonly parallel?: string;
  readonly serial?: number;
}

export interface IRowFacts {
  readonly count?: number;
  readonly shown?: string;
  readonly error?: string;
  readonly field?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ITarget {
  readonly name: string;
  readonly about: string;
}

export type Format = 'options' | 'python' | 'yaml';

/** What the kernel says of a grid; `serial` is the edit that it speaks of. */
export interface IFacts {
  readonly serial?: number;
  readonly count?: number | null;
  readonly problem?: string;
  readonly rows?: Readonly<Record<string, IRowFacts>>;
  readonly where?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
  readonly preview?: { readonly columns: readonly string[]; readonly rows: readonly unknown[][] };
  readonly time?: string;
  readonly basis?: string;
  readonly cost?: string;
  readonly texts?: Readonly<Record<Format, string>>;
  readonly text_problem?: string;
  readonly bound?: string;
  readonly targets?: readonly ITarget[];
}

export interface IProgress {
  readonly run?: string;
  readonly state?: string;
  readonly live?: boolean;
  readonly total?: number;
  readonly ended?: number;
  readonly counts?: Readonly<Record<string, number>>;
  readonly seconds?: number | null;
  readonly left?: number | null;
  readonly reason?: string;
  readonly error?: string;
}

export interface IPoints {
  readonly run?: string;
  readonly name?: string;
  readonly state?: string;
  readonly live?: boolean;
  readonly total?: number;
  readonly index?: readonly number[];
  readonly states?: readonly string[];
  readonly columns?: Readonly<Record<string, readonly unknown[]>>;
  readonly scores?: Readonly<Record<string, readonly (number | null)[]>>;
  readonly seconds?: readonly (number | null)[];
  readonly errors?: Readonly<Record<string, string>>;
  readonly goal?: { readonly metric?: string; readonly direction?: string };
}

/** What the page asks the kernel. */
export type Request =
  | { readonly kind: 'run' | 'cancel' | 'refresh' | 'look' }
  | { readonly kind: 'import'; readonly format: Format; readonly text: string };

/** What the kernel answers. */
export interface IAnswer {
  readonly kind: 'imported' | 'refused' | 'heard';
  readonly message?: string;
  readonly line?: number;
  readonly column?: number;
}

/** The part of anywidget's model that is used here. */
export interface IModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: (...values: never[]) => void): void;
  off(event: string, callback: (...values: never[]) => void): void;
}
