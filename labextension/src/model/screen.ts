import { AnsiReader, type ITextSink } from './ansi';
import { type ILook, type ITextStyle, type Origin, PLAIN, textStyle } from './textStyle';

/** Text of one style, up to the place `end` in its line. */
export interface ITextRun {
  readonly end: number;
  readonly style: ITextStyle;
}

/** A line as it is shown. */
export interface ILine {
  readonly text: string;
  /** None: all of it is plain. */
  readonly runs: readonly ITextRun[];
  /** It goes on in the next line: there was no line break, it is only long. */
  readonly continued: boolean;
}

/** Longer lines are shown as several. */
export const LONGEST_LINE = 4000;

/** A line has no more changes of colour than a page can show many of: what comes behind them is plain. */
const MOST_RUNS = 150;

/**
 * Lines from text with escape sequences, as a terminal of endless length shows them: `\r` and `\b` go back, and what
 * comes then overwrites. The text may come in pieces of any size.
 */
export class Screen implements ITextSink {
  /** Every line; the last may be empty, or be written to. Lines are replaced, never changed. */
  readonly lines: ILine[] = [EMPTY];

  write(text: string, origin: Origin): void {
    this.reader.origin = origin;
    this.reader.feed(text, this);
    this.flush();
  }

  /** Begin a line, if something stands in this one. */
  freshLine(): void {
    if (this.line.length > 0) {
      this.newline();
    }
  }

  text(text: string, look: ILook): void {
    const style = textStyle(look);
    let rest = text;
    while (this.column + rest.length > LONGEST_LINE) {
      let room = LONGEST_LINE - this.column;
      if (isHighSurrogate(rest.charCodeAt(room - 1))) {
        room -= 1; // never half a character
      }
      this.put(rest.slice(0, room), style);
      rest = rest.slice(room);
      this.end(true);
    }
    this.put(rest, style);
  }

  newline(): void {
    this.end(false);
  }

  carriageReturn(): void {
    this.column = 0;
  }

  backspace(): void {
    this.column = Math.max(0, this.column - 1);
  }

  private put(text: string, style: ITextStyle): void {
    if (text === '') {
      return;
    }
    const start = this.column;
    const end = start + text.length;
    if (start === this.line.length) {
      this.line += text;
      const last = this.runs.at(-1);
      if (last?.style === style) {
        last.end = end;
      } else {
        this.runs.push({ end, style });
      }
    } else {
      this.line = this.line.slice(0, start) + text + this.line.slice(end);
      overwrite(this.runs, start, end, style);
    }
    this.column = end;
    this.dirty = true;
  }

  private end(continued: boolean): void {
    this.lines[this.lines.length - 1] = this.made(continued);
    this.lines.push(EMPTY);
    this.line = '';
    this.runs = [];
    this.column = 0;
    this.dirty = false;
  }

  private flush(): void {
    if (this.dirty) {
      this.lines[this.lines.length - 1] = this.made(false);
      this.dirty = false;
    }
  }

  private made(continued: boolean): ILine {
    const only = this.runs.length === 1 && this.runs[0]?.style === PLAIN;
    const runs: ITextRun[] = only ? [] : this.runs.slice(0, MOST_RUNS).map(run => ({ ...run }));
    if (this.runs.length > MOST_RUNS) {
      runs.push({ end: this.line.length, style: PLAIN });
    }
    return { text: this.line, runs, continued };
  }

  private readonly reader = new AnsiReader();
  private line = '';
  private runs: { end: number; style: ITextStyle }[] = [];
  private column = 0;
  private dirty = false;
}

const EMPTY: ILine = { text: '', runs: [], continued: false };

/** Lines of a text that is there as a whole and not too long; see `Screen`. */
export function screenLines(text: string): readonly ILine[] {
  const screen = new Screen();
  screen.write(text, 'stdout');
  return screen.lines;
}

function overwrite(
  runs: { end: number; style: ITextStyle }[],
  start: number,
  end: number,
  style: ITextStyle
): void {
  const first = firstBehind(runs, start);
  const last = firstBehind(runs, end);
  const before = runs[first];
  const begin = first === 0 ? 0 : (runs[first - 1]?.end ?? 0);
  const added: { end: number; style: ITextStyle }[] = [];
  if (before !== undefined && begin < start) {
    added.push({ end: start, style: before.style });
  }
  added.push({ end, style });
  runs.splice(first, last - first, ...added); // the run at `last` goes on behind `end`
}

/** The first run that reaches beyond a place. */
function firstBehind(runs: readonly { end: number }[], place: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.end ?? 0) > place) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
