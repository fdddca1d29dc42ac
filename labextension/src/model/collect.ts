/** The code that brings a run's results into a kernel. */
import type { RetryWhich } from '../api/client';

/** What is known of the kernel that the code is for. */
export interface IKernelFacts {
  /** Names that are bound in it. */
  readonly bound: ReadonlySet<string>;
  /** Whether `import cellburst` has been run. */
  readonly imported: boolean;
  /** Whether `%load_ext cellburst` has been run. */
  readonly loaded: boolean;
}

export interface ICollected {
  readonly run: string;
  /** What the run is called, "" if it has no name. */
  readonly name: string;
  /** One cell or call: it is collected as if it had run in this kernel. */
  readonly single: boolean;
  /** What the cell that it came from binds its value to, null if nothing or not known. */
  readonly into: string | null;
  /** The sources of the notebook's code cells. */
  readonly sources: readonly string[];
  /** Null where the kernel could not be asked, for it is busy or not there. */
  readonly kernel: IKernelFacts | null;
}

const LONGEST = 40;
const MOST = 1000;
const RESERVED: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield match case type ' +
    'abs all any bin bool bytes callable chr compile complex copyright credits delattr dict dir display divmod ' +
    'enumerate eval exec exit filter float format frozenset get_ipython getattr globals hasattr hash help hex id ' +
    'input int isinstance issubclass iter len license list locals map max memoryview min next object oct open ord ' +
    'pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple ' +
    'vars zip cellburst task In Out np pd plt'
  ).split(' ')
);

/** The source of the cell that collects a run. */
export function collectCode(collected: ICollected): string {
  const { run, single, kernel } = collected;
  if (single) {
    const load = kernel?.loaded === true ? '' : '%load_ext cellburst\n';
    return `${load}%remote attach ${run}`;
  }
  return `${importLine(kernel)}${freeName(collected)} = cellburst.attach("${run}").results`;
}

/** The source of the cell that retries or repeats a run where its environment variables are. */
export function kernelCode(
  run: string,
  call: `retry("${RetryWhich}")` | 'rerun()',
  kernel: IKernelFacts | null
): string {
  return `${importLine(kernel)}cellburst.attach("${run}").${call}`;
}

/** Names that the kernel is asked for before `collectCode` chooses one. */
export function candidateNames(collected: Pick<ICollected, 'name' | 'into'>): string[] {
  const base = baseName(collected.name);
  const names = collected.into === null ? [base] : [collected.into, base];
  return names.flatMap(name => [name, ...Array.from({ length: 8 }, (_, at) => numbered(name, at))]);
}

/** A variable that nothing is lost by: neither the notebook nor the kernel has one of that name. */
function freeName({ name, into, sources, kernel }: ICollected): string {
  const inKernel = (each: string): boolean => kernel?.bound.has(each) ?? false;
  if (into !== null && kernel !== null && !inKernel(into) && !RESERVED.has(into)) {
    return into; // what the notebook calls it, and the kernel has lost or never had
  }
  const base = into ?? baseName(name);
  const words = new Set(sources.flatMap(source => source.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []));
  const taken = (each: string): boolean => RESERVED.has(each) || words.has(each) || inKernel(each);
  if (!taken(base)) {
    return base;
  }
  for (let at = 0; at < MOST; at += 1) {
    const next = numbered(base, at);
    if (!taken(next)) {
      return next;
    }
  }
  return numbered(base, MOST);
}

/** A run's name as a Python variable: "First hundred!" is `first_hundred`. */
function baseName(name: string): string {
  const words =
    name
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const joined = words.join('_').slice(0, LONGEST).replace(/_+$/, '');
  if (joined === '') {
    return 'results';
  }
  return /^\p{L}/u.test(joined) ? joined : `run_${joined}`;
}

function numbered(name: string, at: number): string {
  return `${name}_${at + 2}`;
}

function importLine(kernel: IKernelFacts | null): string {
  return kernel?.imported === true ? '' : 'import cellburst\n\n';
}
