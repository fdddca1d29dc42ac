import type { TranslationBundle } from '@jupyterlab/translation';

import { inSlices, type NextFrame } from './frames';
import { type ILogPage, weightOf } from './logPages';
import { logPieces, type OutputRecord } from './logRecords';
import { type ILine, Screen } from './screen';

/** What is kept, about: characters, and lines. */
const MOST_TEXT = 3 << 20;
const MOST_LINES = 60_000;
/** Characters that are laid out in one step. */
const STEP = 4096;

/** A page and the line (of the screen) at which it begins. */
interface IPlaced {
  readonly page: ILogPage;
  line: number;
}

/** A bounded part of a log: neighbouring pages, and the lines that they make. */
export class LogWindow {
  constructor(
    private readonly trans: TranslationBundle,
    private readonly next: NextFrame,
    private readonly disposed: AbortSignal
  ) {}

  /** Another array whenever a line is different. */
  lines: readonly ILine[] = [];
  /** The number of the first line: it goes down when lines come before it, and up when lines are let go. */
  first = 0;

  /** The places at which it begins and ends. */
  get start(): number {
    return this.pages[0]?.page.start ?? 0;
  }

  get end(): number {
    return this.pages.at(-1)?.page.end ?? 0;
  }

  /** Whether it holds as much as it may. */
  get isFull(): boolean {
    return this.weight > MOST_TEXT || this.screen.lines.length > MOST_LINES;
  }

  clear(): void {
    this.first += this.lines.length;
    this.pages = [];
    this.weight = 0;
    this.screen = new Screen();
    this.lines = [];
  }

  /** Add what comes behind. Takes as long as it takes, without holding up the page. */
  async append(page: ILogPage): Promise<void> {
    this.pages.push({ page, line: this.screen.lines.length - 1 });
    this.weight += weightOf(page);
    await this.write(this.screen, page.records);
    this.lines = [...this.screen.lines];
  }

  /** Add what comes before; the lines are made anew, for how they begin may hang on it. Tells whether pages behind were let go. */
  async prepend(earlier: readonly ILogPage[]): Promise<boolean> {
    const before = earlier.map(page => ({ page, line: 0 }));
    const pages = [...before, ...this.pages.map(({ page }) => ({ page, line: 0 }))];
    let weight = pages.reduce((sum, { page }) => sum + weightOf(page), 0);
    const all = pages.length;
    while (weight > MOST_TEXT && pages.length > before.length + 1) {
      weight -= weightOf(pages.pop()?.page ?? NO_PAGE);
    }
    const screen = new Screen();
    for (const placed of pages) {
      placed.line = screen.lines.length - 1;
      await this.write(screen, placed.page.records);
    }
    this.first -= pages[before.length]?.line ?? 0;
    this.pages = pages;
    this.weight = weight;
    this.screen = screen;
    this.lines = [...screen.lines];
    return pages.length < all;
  }

  /** Let pages at the start go until it is not full. */
  dropStart(): void {
    while (this.isFull && this.pages.length > 1) {
      const gone = this.pages.shift();
      const lines = this.pages[0]?.line ?? 0;
      this.weight -= weightOf(gone?.page ?? NO_PAGE);
      this.screen.lines.splice(0, lines);
      this.first += lines;
      for (const placed of this.pages) {
        placed.line -= lines;
      }
    }
    if (this.lines.length !== this.screen.lines.length) {
      this.lines = [...this.screen.lines];
    }
  }

  private write(screen: Screen, records: readonly OutputRecord[]): Promise<void> {
    return inSlices(steps(screen, records, this.trans), this.disposed, this.next);
  }

  private pages: IPlaced[] = [];
  private weight = 0;
  private screen = new Screen();
}

const NO_PAGE: ILogPage = { start: 0, end: 0, records: [] };

function* steps(
  screen: Screen,
  records: readonly OutputRecord[],
  trans: TranslationBundle
): Generator<void, void> {
  for (const { text, origin, line } of logPieces(records, trans)) {
    if (line) {
      screen.freshLine();
    }
    for (let at = 0; at < text.length; at += STEP) {
      screen.write(text.slice(at, at + STEP), origin);
      yield;
    }
    if (line && !text.endsWith('\n')) {
      screen.newline();
    }
  }
}
