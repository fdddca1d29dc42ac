import type { JSONObject, JSONValue } from '@lumino/coreutils';

import { droppedOf, isGap, type OutputRecord, textOf } from './logRecords';

/** An output as a notebook would keep it. */
export type IShownOutput =
  | { readonly kind: 'stream'; readonly name: string; readonly text: string; readonly cut: boolean }
  | { readonly kind: 'gap'; readonly dropped: number }
  | { readonly kind: 'display'; readonly data: JSONObject; readonly metadata: JSONObject };

/** So many outputs are kept, and so many characters of the end of a text between them: the log has all of it. */
export const MOST_OUTPUTS = 1000;
const MOST_TEXT = 2000;

/** Output records, one after the other, as the list that they lead to: updated and cleared in place. */
export class OutputList {
  get outputs(): readonly IShownOutput[] {
    return this.list;
  }

  tooMany = false;

  reset(): void {
    this.list = [];
    this.places.clear();
    this.clearNext = false;
    this.tooMany = false;
  }

  add(record: OutputRecord): void {
    const kind = record['output_type'];
    if (kind === 'clear_output') {
      this.clear(record['wait'] === true);
    } else if (kind === 'update_display_data') {
      this.update(record);
    } else {
      this.append(record);
    }
  }

  private append(record: OutputRecord): void {
    if (this.clearNext) {
      this.clear(false);
    }
    if (this.list.length >= MOST_OUTPUTS) {
      this.tooMany = true;
      return;
    }
    switch (record['output_type']) {
      case 'stream':
        this.stream(record);
        break;
      case 'display_data':
      case 'execute_result':
        this.display(record);
        break;
      default:
        break; // of a newer cellburst
    }
  }

  private clear(wait: boolean): void {
    this.clearNext = wait;
    if (!wait) {
      this.list = [];
      this.places.clear();
      this.tooMany = false;
    }
  }

  private stream(record: OutputRecord): void {
    const dropped = droppedOf(record);
    if (dropped > 0) {
      this.list.push({ kind: 'gap', dropped });
      if (isGap(record)) {
        return;
      }
    }
    const name = record['name'] === 'stderr' ? 'stderr' : 'stdout';
    const last = this.list.at(-1);
    const joins = last?.kind === 'stream' && last.name === name;
    if (joins) {
      this.list.pop();
    }
    const text = (joins ? last.text : '') + textOf(record['text']);
    const cut = (joins && last.cut) || text.length > MOST_TEXT;
    this.list.push({ kind: 'stream', name, text: endOf(text), cut });
  }

  private display(record: OutputRecord): void {
    const id = displayId(record);
    if (id !== '') {
      this.places.set(id, [...(this.places.get(id) ?? []), this.list.length]);
    }
    this.list.push(shown(record));
  }

  private update(record: OutputRecord): void {
    for (const place of this.places.get(displayId(record)) ?? []) {
      this.list[place] = shown(record);
    }
  }

  private list: IShownOutput[] = [];
  private readonly places = new Map<string, number[]>();
  private clearNext = false;
}

/** The last lines of a long text. */
function endOf(text: string): string {
  if (text.length <= MOST_TEXT) {
    return text;
  }
  const end = text.slice(-MOST_TEXT);
  return end.slice(end.indexOf('\n') + 1);
}

function displayId(record: OutputRecord): string {
  const id = jsonObject(record['transient'])['display_id'];
  return typeof id === 'string' ? id : '';
}

function shown(record: OutputRecord): IShownOutput {
  return {
    kind: 'display',
    data: jsonObject(record['data']),
    metadata: jsonObject(record['metadata'])
  };
}

/** The value if it is an object. Answers come from JSON, so what is in it is JSON too. */
function jsonObject(value: unknown): JSONObject {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, JSONValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
