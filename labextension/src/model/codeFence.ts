/** Code as Markdown that shows it with its colours; whatever the code has in it stays inside. */
export function fenced(code: string, language: string): string {
  const longest = (code.match(/`+/g) ?? []).reduce(
    (most, ticks) => Math.max(most, ticks.length),
    2
  );
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code.replace(/\n?$/, '\n')}${fence}\n`;
}
