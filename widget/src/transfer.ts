/** The grid as text: to copy from here, and to take from a text. */
import { button, h, mark } from './dom';
import type { Store } from './store';
import type { Format, IAnswer } from './types';

const FORMATS: Readonly<Record<Format, string>> = {
  options: '%%remote options',
  python: 'Python',
  yaml: 'YAML'
};
const COPIED = 1500; // milliseconds

export class Transfer {
  readonly node: HTMLElement;

  constructor(private readonly store: Store) {
    this.tabs = Object.entries(FORMATS).map(([format, label]) =>
      button(label, { class: 'cb-Tab', 'aria-pressed': 'false' }, () =>
        this.choose(format as Format)
      )
    );
    this.text = h('textarea', {
      class: 'cb-Input cb-mod-code cb-Transfer-text',
      rows: 5,
      spellcheck: 'false',
      'aria-label': 'the grid as text'
    });
    this.text.addEventListener('input', () => this.typed());
    this.copy = button('Copy', { class: 'cb-Button' }, () => void this.copied());
    this.take = button('Import', { class: 'cb-Button', hidden: true }, () => this.imports());
    this.back = button('Discard', { class: 'cb-Button cb-mod-quiet', hidden: true }, () =>
      this.reset()
    );
    this.said = h('p', { class: 'cb-Transfer-said', role: 'status' });
    this.node = h('details', { class: 'cb-Details' }, [
      h('summary', { class: 'cb-Summary' }, ['As text: copy, or paste one to import']),
      h('div', { class: 'cb-Transfer' }, [
        h('div', { class: 'cb-Transfer-tabs', role: 'group', 'aria-label': 'Format' }, this.tabs),
        this.text,
        h('div', { class: 'cb-Transfer-buttons' }, [this.copy, this.take, this.back]),
        this.said
      ])
    ]);
    store.on('facts', () => this.update());
    store.onAnswer(answer => this.answered(answer));
    this.update();
  }

  private choose(format: Format): void {
    this.format = format;
    this.say('');
    this.update();
  }

  private typed(): void {
    this.writing = true;
    this.say('');
    this.update();
  }

  private reset(): void {
    this.writing = false;
    this.say('');
    this.update();
    this.text.focus();
  }

  private imports(): void {
    this.store.ask({ kind: 'import', format: this.format, text: this.text.value });
  }

  private answered(answer: IAnswer): void {
    if (answer.kind !== 'imported') {
      return;
    }
    if (!answer.message) {
      this.writing = false;
      this.say('Imported');
      this.update();
      return;
    }
    const place = answer.line ? `Line ${answer.line}, column ${answer.column ?? 1}: ` : '';
    this.say(place + answer.message, true);
    if (answer.line) {
      this.point(answer.line, answer.column ?? 1);
    }
  }

  /** Put the cursor where the text could not be read. */
  private point(line: number, column: number): void {
    const lines = this.text.value.split('\n').slice(0, line - 1);
    const place = lines.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
    this.text.focus();
    this.text.setSelectionRange(place, place + 1);
  }

  private async copied(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text.value);
      this.say('Copied');
    } catch {
      this.text.select(); // a page without the right to write there: the person copies
      this.say('Press Ctrl+C to copy');
    }
    setTimeout(() => this.say(''), COPIED);
  }

  private update(): void {
    this.tabs.forEach((tab, place) => {
      mark(tab, 'aria-pressed', String(Object.keys(FORMATS)[place] === this.format));
    });
    this.take.hidden = this.back.hidden = !this.writing;
    this.copy.hidden = this.writing;
    if (!this.writing) {
      const { texts, text_problem: problem } = this.store.facts;
      this.text.value = texts?.[this.format] ?? '';
      this.text.placeholder = problem ?? 'Paste -p options, Python or YAML here';
      this.copy.disabled = !this.text.value;
    }
  }

  private say(message: string, wrong = false): void {
    this.said.textContent = message;
    this.said.classList.toggle('cb-Error', wrong);
  }

  private readonly tabs: readonly HTMLButtonElement[];
  private readonly text: HTMLTextAreaElement;
  private readonly copy: HTMLButtonElement;
  private readonly take: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly said: HTMLElement;
  private format: Format = 'options';
  private writing = false;
}
