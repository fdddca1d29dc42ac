/** Python code from parameters as the run store shows them: JSON scalars, and texts for everything else. */
import { isPythonName, pythonLiteral } from './pythonLiteral';

/** A part of a literal; names that are none of these, calls and operators do not occur in one. */
const TOKEN =
  /\s+|[[\](){},:]|-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?j?|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\b(?:None|True|False|nan|inf)\b|-(?=inf)/gy;
const NO_NUMBER = /^-?(?:nan|inf)$/;
const INTEGER = /^-?\d{1,80}$/;
const LONGEST = 80;

/**
 * Assignments, a line each; names that Python would not take make it a dict.
 *
 * The store keeps the text of a list or a dict, and JSON no `nan` and no very large integer: a text that can be nothing
 * else is taken for one of them. Only literals get out, so that nobody runs what a stranger named a parameter.
 */
export function paramCode(params: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(params);
  if (entries.every(([name]) => isPythonName(name))) {
    return entries
      .map(([name, value]) => `${name} = ${paramLiteral(value)}${note(value)}\n`)
      .join('');
  }
  const parts = entries.map(
    ([name, value]) => `    ${pythonLiteral(name)}: ${paramLiteral(value)},${note(value)}\n`
  );
  return `params = {\n${parts.join('')}}\n`;
}

/** The literal of a parameter's value. */
export function paramLiteral(value: unknown): string {
  if (typeof value !== 'string' || isCut(value)) {
    return pythonLiteral(value);
  }
  if (NO_NUMBER.test(value)) {
    return `float('${value}')`;
  }
  if (INTEGER.test(value) && !Number.isSafeInteger(Number(value))) {
    return value;
  }
  return isCollection(value) ? withFloats(value) : pythonLiteral(value);
}

/** Says of a value that it is not the whole. */
function note(value: unknown): string {
  return typeof value === 'string' && isCut(value) ? '  # shortened' : '';
}

function isCut(text: string): boolean {
  return text.length >= LONGEST && text.endsWith('...');
}

/** Whether a text is a list, a tuple, a dict or a set of literals. */
function isCollection(text: string): boolean {
  if (!/^(?:\[.*\]|\(.*\)|\{.*\})$/s.test(text)) {
    return false;
  }
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    const part = token[0];
    if ('[({'.includes(part)) {
      open.push(part === '[' ? ']' : part === '(' ? ')' : '}');
    } else if ('])}'.includes(part) && open.pop() !== part) {
      return false;
    }
    if (TOKEN.lastIndex === text.length) {
      return open.length === 0;
    }
  }
  return false;
}

/** `nan` and `inf` are no names of Python. */
function withFloats(text: string): string {
  return text.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\b(?:nan|inf)\b/g, part =>
    NO_NUMBER.test(part) ? `float('${part}')` : part
  );
}
