/** The first line of a remote cell: `%%remote TARGET --options`. As `magics/` in Python reads it. */

/** The options of `%%remote` that take a value; all others are flags. */
export const VALUE_OPTIONS: readonly string[] = [
  '--parallel',
  '-p',
  '--const',
  '--when',
  '--where',
  '--over',
  '--each',
  '--batch',
  '--sample',
  '--sampler',
  '--search',
  '--trials',
  '--minimize',
  '--maximize',
  '--pruner',
  '--until',
  '--most',
  '--into',
  '--out',
  '--retries',
  '--timeout',
  '--seed',
  '--name',
  '--on-interrupt',
  '--max-cost',
  '--max-price',
  '--max-lifetime',
  '--instance-type',
  '--spot-policy',
  '--gpus',
  '--gpu',
  '--cpus',
  '--memory',
  '--region'
];

/** Cell magics that a worker cannot run, as Python refuses them. */
export const REFUSED_MAGICS: readonly string[] = ['debug', 'code_wrap'];

/** Why a cell was left as it is. */
export type Refusal =
  /** It has another cell magic, which only the kernel can run. */
  | { readonly kind: 'magic'; readonly magic: string }
  /** Its line cannot be read: a bracket or a quote is open. */
  | { readonly kind: 'line' };

/** Cell magics that run the cell below them, so that `%%remote` may be the next line. */
const RUNNERS: readonly string[] = ['time', 'timeit', 'capture', 'prun'];

const MAGIC = /^%%([A-Za-z_][\w.]*)(?=\s|$)/;
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

interface IWord {
  readonly text: string;
  readonly start: number;
}

interface IRemoteLine {
  /** Which line of the cell it is. */
  readonly row: number;
  /** What stands after `%%remote`. */
  readonly rest: string;
  /** Where that begins in the line. */
  readonly start: number;
}

/**
 * The cell with a line that sends it to `target`.
 *
 * A `%%remote` that is there keeps its options and gets the target. Else the line goes on top, above other cell
 * magics, which then run on the worker.
 */
export function withTarget(source: string, target: string): string | Refusal {
  const lines = source.split('\n');
  const found = remoteLine(lines);
  if (found !== null) {
    const words = splitWords(found.rest);
    if (words === null) {
      return { kind: 'line' };
    }
    const line = lines[found.row] ?? '';
    const word = targetWord(words);
    lines[found.row] =
      word === null
        ? `${line.slice(0, found.start)} ${target}${line.slice(found.start)}`.trimEnd()
        : line.slice(0, found.start + word.start) +
          target +
          line.slice(found.start + word.start + word.text.length);
    return lines.join('\n');
  }
  const first = lines.find(line => line.trim() !== '') ?? '';
  const magic = MAGIC.exec(first)?.[1];
  if (magic !== undefined && REFUSED_MAGICS.includes(magic)) {
    return { kind: 'magic', magic };
  }
  return `%%remote ${target}\n${source.replace(/^(?:[ \t]*\n)+/, '')}`;
}

/** Where a cell's line sends it: a target, "" where the line cannot be read, null if there is no such line. */
export function targetOf(source: string): string | null {
  const found = remoteLine(source.split('\n'));
  if (found === null) {
    return null;
  }
  const words = splitWords(found.rest);
  return words === null ? '' : (targetWord(words)?.text ?? 'local');
}

/** What a cell's line binds the value to (`--into`), null if nothing. */
export function intoOf(source: string): string | null {
  const found = remoteLine(source.split('\n'));
  const words = (found && splitWords(found.rest)) ?? [];
  for (const [place, { text }] of words.entries()) {
    const name = text.startsWith('--into=')
      ? text.slice('--into='.length)
      : text === '--into'
        ? words[place + 1]?.text
        : undefined;
    if (name !== undefined) {
      return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : null;
    }
  }
  return null;
}

/** The cell's code as it is sent: without its `%%remote` line. */
export function withoutRemote(source: string): string {
  const lines = source.split('\n');
  const found = remoteLine(lines);
  if (found !== null) {
    lines.splice(0, found.row + 1);
  }
  return lines.join('\n');
}

/** The `%%remote` line: the first of the cell, or below magics that run cells, such as `%%time`. */
function remoteLine(lines: readonly string[]): IRemoteLine | null {
  for (const [row, line] of lines.entries()) {
    if (line.trim() === '') {
      continue;
    }
    const magic = MAGIC.exec(line);
    if (magic === null) {
      return null;
    }
    if (magic[1] === 'remote') {
      const start = magic[0].length;
      return { row, start, rest: line.slice(start) };
    }
    if (!RUNNERS.includes(magic[1] ?? '')) {
      return null;
    }
  }
  return null;
}

/** The word that names the target: the first that is neither an option nor an option's value. */
function targetWord(words: readonly IWord[]): IWord | null {
  let isValue = false;
  for (const word of words) {
    const option = isOption(word.text);
    if (!option && !isValue) {
      return word;
    }
    isValue = option && VALUE_OPTIONS.includes(word.text);
  }
  return null;
}

/** A dash and a letter; `-1` and `-` are values. */
function isOption(text: string): boolean {
  return /^-+\p{L}/u.test(text);
}

/** The line split at blanks outside brackets and quotes; null if one of them is not closed. */
function splitWords(text: string): IWord[] | null {
  const words: IWord[] = [];
  let place = 0;
  while (place < text.length) {
    if (/\s/.test(text.charAt(place))) {
      place += 1;
      continue;
    }
    const end = wordEnd(text, place);
    if (end === null) {
      return null;
    }
    words.push({ text: text.slice(place, end), start: place });
    place = end;
  }
  return words;
}

function wordEnd(text: string, start: number): number | null {
  const opened: string[] = [];
  let place = start;
  while (place < text.length) {
    const char = text.charAt(place);
    if (char === '"' || char === "'") {
      const end = stringEnd(text, place);
      if (end === null) {
        return null;
      }
      place = end;
      continue;
    }
    const closer = CLOSERS[char];
    if (closer !== undefined) {
      opened.push(closer);
    } else if (')]}'.includes(char)) {
      if (opened.pop() !== char) {
        return null;
      }
    } else if (/\s/.test(char) && opened.length === 0) {
      return place;
    }
    place += 1;
  }
  return opened.length === 0 ? place : null;
}

function stringEnd(text: string, start: number): number | null {
  const char = text.charAt(start);
  const quote = text.startsWith(char.repeat(3), start) ? char.repeat(3) : char;
  let place = start + quote.length;
  while (place < text.length) {
    if (text.charAt(place) === '\\') {
      place += 2;
    } else if (text.startsWith(quote, place)) {
      return place + quote.length;
    } else {
      place += 1;
    }
  }
  return null;
}
