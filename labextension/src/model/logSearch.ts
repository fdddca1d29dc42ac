import type { ILine } from './screen';

/** Where a text was found: the number of the line (`LogModel.first` counts), and the place in it. */
export interface IMatch {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** More are not counted: the page stays quick whatever is looked for. */
export const MOST_MATCHES = 10_000;

/** Every place of a text, whatever its case; in lines as they are shown. */
export function findMatches(lines: readonly ILine[], first: number, query: string): IMatch[] {
  const found: IMatch[] = [];
  if (query === '') {
    return found;
  }
  const wanted = new RegExp(query.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
  for (const [place, { text }] of lines.entries()) {
    for (const { index, 0: hit } of text.matchAll(wanted)) {
      found.push({ line: first + place, start: index, end: index + hit.length });
      if (found.length === MOST_MATCHES) {
        return found;
      }
    }
  }
  return found;
}

/** The lines as they would be in a file. */
export function plainLines(lines: readonly ILine[]): string {
  return lines.map(({ text, continued }) => (continued ? text : `${text}\n`)).join('');
}
