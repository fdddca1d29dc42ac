import { type ILook, NO_LOOK, type Origin, RGB } from './textStyle';

/** Where a terminal's text goes. */
export interface ITextSink {
  text(text: string, look: ILook): void;
  newline(): void;
  carriageReturn(): void;
  backspace(): void;
}

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;
const CSI = /[0-?]*[ -/]*([@-~])/y;
const CSI_START = /[0-?]*[ -/]*/y;
const STRING_END = /[\x07\n\x9c]|\x1b\\?/g;
const TWO = /[ -/]*[0-~]/y;
const LONGEST = 1000;
const ESC = '\x1b';

/**
 * Reads text with escape sequences: colours become looks; every other sequence (links, titles, cursor movements) and
 * control character is dropped. The text may come in pieces of any size, cut anywhere.
 *
 * What hides text in a terminal does not hide it here: concealed text is shown, and a sequence without an end is over
 * with its line.
 */
export class AnsiReader {
  look: ILook = NO_LOOK;

  set origin(origin: Origin) {
    if (origin !== this.look.origin) {
      this.look = { ...this.look, origin };
    }
  }

  feed(piece: string, sink: ITextSink): void {
    const text = this.rest + piece;
    this.rest = '';
    let start = 0;
    while (start < text.length) {
      CONTROL.lastIndex = start;
      const found = CONTROL.exec(text);
      const end = found?.index ?? text.length;
      if (end > start) {
        sink.text(text.slice(start, end), this.look);
      }
      if (found === null) {
        return;
      }
      start = this.control(text, end, sink);
    }
  }

  /** What stands at a control character; gives where the text goes on. */
  private control(text: string, at: number, sink: ITextSink): number {
    switch (text[at]) {
      case '\n':
      case '\v':
      case '\f':
        sink.newline();
        return at + 1;
      case '\r':
        sink.carriageReturn();
        return at + 1;
      case '\b':
        sink.backspace();
        return at + 1;
      case ESC:
        return this.escape(text, at);
      case '\x9b':
        return this.csi(text, at, at + 1);
      case '\x90':
      case '\x98':
      case '\x9d':
      case '\x9e':
      case '\x9f':
        return this.skipString(text, at, at + 1);
      default:
        return at + 1;
    }
  }

  private escape(text: string, at: number): number {
    switch (text[at + 1]) {
      case undefined:
        return this.wait(text, at);
      case '[':
        return this.csi(text, at, at + 2);
      case ']':
      case 'P':
      case 'X':
      case '^':
      case '_':
        return this.skipString(text, at, at + 2);
      default:
        TWO.lastIndex = at + 1;
        if (TWO.test(text)) {
          return TWO.lastIndex;
        }
        return this.isUnended(text, at, at + 1) ? this.wait(text, at) : at + 1;
    }
  }

  private csi(text: string, at: number, start: number): number {
    CSI.lastIndex = start;
    const found = CSI.exec(text);
    if (found !== null) {
      if (found[1] === 'm') {
        this.look = changed(this.look, text.slice(start, CSI.lastIndex - 1));
      }
      return CSI.lastIndex;
    }
    if (this.isUnended(text, at, start)) {
      return this.wait(text, at);
    }
    CSI_START.lastIndex = start;
    CSI_START.test(text);
    return CSI_START.lastIndex;
  }

  /** A link, a title and the like: its text is not output. */
  private skipString(text: string, at: number, start: number): number {
    STRING_END.lastIndex = start;
    const found = STRING_END.exec(
      text.length - start > LONGEST ? text.slice(0, start + LONGEST) : text
    );
    if (found === null) {
      return text.length - start >= LONGEST ? start + LONGEST : this.wait(text, at);
    }
    if (found[0] === ESC && found.index === text.length - 1) {
      return this.wait(text, at);
    }
    return found[0] === '\n' || found[0] === ESC ? found.index : STRING_END.lastIndex;
  }

  /** Whether a sequence may go on in the next piece. */
  private isUnended(text: string, at: number, start: number): boolean {
    CSI_START.lastIndex = start;
    CSI_START.test(text);
    return CSI_START.lastIndex === text.length && text.length - at < LONGEST;
  }

  /** The sequence goes on in the next piece. */
  private wait(text: string, at: number): number {
    this.rest = text.slice(at);
    return text.length;
  }

  private rest = '';
}

/** The look after a `CSI ... m`; what it does not know changes nothing. */
function changed(before: ILook, codes: string): ILook {
  if (!/^[\d;:]*$/.test(codes)) {
    return before;
  }
  const numbers = codes.split(/[;:]/).map(Number);
  let look = before;
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(numbers, i + 1);
      i += used;
      if (colour >= 0) {
        look = code === 38 ? { ...look, fg: colour } : { ...look, bg: colour };
      }
      continue;
    }
    look = simple(look, code);
  }
  return look;
}

function simple(look: ILook, code: number): ILook {
  switch (code) {
    case 0:
      return look.origin === 'stdout' ? NO_LOOK : { ...NO_LOOK, origin: look.origin };
    case 1:
      return { ...look, bold: true };
    case 3:
      return { ...look, italic: true };
    case 4:
      return { ...look, underline: true };
    case 7:
      return { ...look, inverse: true };
    case 9:
      return { ...look, strike: true };
    case 21:
    case 22:
      return { ...look, bold: false };
    case 23:
      return { ...look, italic: false };
    case 24:
      return { ...look, underline: false };
    case 27:
      return { ...look, inverse: false };
    case 29:
      return { ...look, strike: false };
    case 39:
      return { ...look, fg: -1 };
    case 49:
      return { ...look, bg: -1 };
    default:
      return ground(look, code);
  }
}

function ground(look: ILook, code: number): ILook {
  const colour = code % 10;
  if (colour > 7) {
    return look;
  }
  switch (Math.floor(code / 10)) {
    case 3:
      return { ...look, fg: colour };
    case 4:
      return { ...look, bg: colour };
    case 9:
      return { ...look, fg: colour + 8 };
    case 10:
      return { ...look, bg: colour + 8 };
    default:
      return look;
  }
}

/** A colour after 38 or 48 (-1 if it is none), and how many numbers belong to it. */
function extended(numbers: readonly number[], at: number): [number, number] {
  const [kind, ...rest] = numbers.slice(at, at + 4);
  const [one = -1, two = -1, three = -1] = rest;
  if (kind === 5) {
    return [one > 255 ? -1 : one < 16 ? one : RGB + cube(one), 2];
  }
  if (kind === 2) {
    const good = [one, two, three].every(part => part >= 0 && part < 256);
    return [good ? RGB + one * 65536 + two * 256 + three : -1, 4];
  }
  return [-1, numbers.length];
}

/** Red, green and blue of the 216 colours and 24 greys beyond the first 16. */
function cube(index: number): number {
  if (index >= 232) {
    return ((index - 232) * 10 + 8) * 0x010101;
  }
  const level = (part: number): number => (part === 0 ? 0 : 55 + part * 40);
  const place = index - 16;
  return (
    level(Math.floor(place / 36)) * 65536 +
    level(Math.floor(place / 6) % 6) * 256 +
    level(place % 6)
  );
}
