/** How a piece of text looks: classes of JupyterLab's own text outputs, and what they have no class for. */
export interface ITextStyle {
  readonly className: string;
  /** A colour of the 256 or 16 million, else empty. */
  readonly color: string;
  readonly background: string;
}

/** What the escape sequences so far say. A colour is -1 (none), 0 to 15 (of the theme), or RGB plus {@link RGB}. */
export interface ILook {
  readonly fg: number;
  readonly bg: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly inverse: boolean;
  /** The stream that the text comes from, or what stands for missing output. */
  readonly origin: Origin;
}

export type Origin = 'stdout' | 'stderr' | 'display' | 'gap';

/** Marks a colour that is written out: red, green and blue in its lower 24 bits. */
export const RGB = 1 << 24;

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const MOST = 2000;

export const NO_LOOK: ILook = {
  fg: -1,
  bg: -1,
  bold: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
  origin: 'stdout'
};

export const PLAIN: ITextStyle = { className: '', color: '', background: '' };

const known = new Map<string, ITextStyle>();

/** The style of a look: the same object for the same look, so that neighbours can be joined. */
export function textStyle(look: ILook): ITextStyle {
  if (look === NO_LOOK) {
    return PLAIN;
  }
  const key = Object.values(look).join();
  const found = known.get(key);
  if (found !== undefined) {
    return found;
  }
  if (known.size > MOST) {
    known.clear(); // output with a million colours must not fill the page's memory
  }
  const style = made(look);
  known.set(key, style);
  return style;
}

function made(look: ILook): ITextStyle {
  const bright = look.bold && look.fg >= 0 && look.fg < 8 ? look.fg + 8 : look.fg;
  const fg = look.inverse ? look.bg : bright;
  const bg = look.inverse ? bright : look.bg;
  const classes = [
    colourClass(fg, 'fg', look.inverse),
    colourClass(bg, 'bg', look.inverse),
    look.bold ? 'ansi-bold' : '',
    look.underline ? 'ansi-underline' : '',
    look.italic ? 'cb-mod-italic' : '',
    look.strike ? 'cb-mod-strike' : '',
    look.origin === 'stdout' ? '' : `cb-mod-${look.origin}`
  ];
  return { className: classes.filter(Boolean).join(' '), color: rgb(fg), background: rgb(bg) };
}

function colourClass(colour: number, ground: 'fg' | 'bg', inverse: boolean): string {
  if (colour < 0) {
    return inverse ? `ansi-default-inverse-${ground}` : '';
  }
  if (colour >= 16) {
    return '';
  }
  return `ansi-${NAMES[colour % 8] ?? 'black'}${colour < 8 ? '' : '-intense'}-${ground}`;
}

function rgb(colour: number): string {
  return colour < RGB ? '' : `#${(colour - RGB).toString(16).padStart(6, '0')}`;
}
