/** Python code from JSON values, as `repr` writes it. */

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const UNPRINTABLE = /[\p{C}\p{Z}]/u;
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' ')
);

/** A literal that is this value again: `None`, `True`, `float('nan')`, `'it\'s'`, `[1, 2]`, `{'a': 1}`. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (typeof value === 'number') {
    return numberLiteral(value);
  }
  if (typeof value === 'string') {
    return stringLiteral(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(pythonLiteral).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const parts = Object.entries(value);
    return `{${parts.map(([name, part]) => `${stringLiteral(name)}: ${pythonLiteral(part)}`).join(', ')}}`;
  }
  return 'None';
}

/** Whether Python takes a text for a variable's name. */
export function isPythonName(text: string): boolean {
  return IDENTIFIER.test(text) && !KEYWORDS.has(text);
}

function numberLiteral(value: number): string {
  if (Number.isNaN(value)) {
    return "float('nan')";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "float('inf')" : "float('-inf')";
  }
  if (Object.is(value, -0)) {
    return '-0.0';
  }
  return Number.isInteger(value) && Math.abs(value) < 1e21
    ? BigInt(value).toString()
    : String(value);
}

/** In single quotes, or double ones if only that saves escapes; what cannot be seen is escaped. */
function stringLiteral(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let literal = '';
  for (const char of text) {
    literal += charLiteral(char, quote);
  }
  return quote + literal + quote;
}

function charLiteral(char: string, quote: string): string {
  switch (char) {
    case '\\':
      return '\\\\';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    case quote:
      return `\\${quote}`;
    case ' ':
      return ' ';
    default:
      return UNPRINTABLE.test(char) ? escaped(char.codePointAt(0) ?? 0) : char;
  }
}

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) {
    return `\\x${hex.padStart(2, '0')}`;
  }
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
