import {
  OutputArea,
  OutputAreaModel,
  type IOutputAreaModel,
  SimplifiedOutputArea
} from '@jupyterlab/outputarea';
import type { IOutput } from '@jupyterlab/nbformat';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';

import type { IShownOutput } from '../model/outputList';
import type { OutputsModel } from '../model/outputs';
import { gapText } from '../model/logRecords';
import { isHere, LocalSanitizer, withoutRemote } from '../model/remoteContent';

/** So many outputs are shown at first, and with every "show more". */
const STEP = 50;

/**
 * The outputs of a task by JupyterLab's own output area: as a cell that is not trusted shows them, only that nothing is
 * loaded from elsewhere before the user has asked for it.
 */
export class RichOutputs extends Widget {
  constructor(
    private readonly model: OutputsModel,
    private readonly rendermime: IRenderMimeRegistry,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.layout = new PanelLayout();
    this.addClass('cb-RichOutputs');
    this.node.addEventListener('submit', stop); // a form of an output leads nowhere
    this.node.addEventListener('click', stayHere);
    model.changed.connect(this.sync, this);
    this.remake();
  }

  /** Something of the following is different. */
  get changed(): ISignal<this, void> {
    return this.signal;
  }

  /** Where outputs wanted to load from; another array whenever there are more. */
  get blocked(): readonly string[] {
    return this.places;
  }

  /** How many outputs are not shown yet. */
  get left(): number {
    return Math.max(0, this.model.outputs.length - this.limit);
  }

  showMore(): void {
    this.limit += STEP;
    this.sync();
  }

  /** Let outputs load what they want, from wherever they want. */
  loadRemote(): void {
    this.isRemote = true;
    this.places = [];
    this.remake();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.model.changed.disconnect(this.sync, this);
    this.node.removeEventListener('submit', stop);
    this.node.removeEventListener('click', stayHere);
    this.areaModel?.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  private remake(): void {
    this.area?.dispose();
    this.areaModel?.dispose();
    const { sanitizer } = this.rendermime;
    const local = new LocalSanitizer(sanitizer, this.mayLoad);
    const rendermime = this.rendermime.clone({ sanitizer: local });
    this.areaModel = new SeparateOutputs({ trusted: false });
    this.area = new SimplifiedOutputArea({
      model: this.areaModel,
      rendermime,
      contentFactory: OutputArea.defaultContentFactory
    });
    this.seen = [];
    (this.layout as PanelLayout).addWidget(this.area);
    this.sync();
  }

  /** Make the output area show what the model has now. */
  private sync(): void {
    const area = this.areaModel;
    if (area === null || this.isDisposed) {
      return;
    }
    const wanted = this.model.outputs.slice(0, this.limit);
    if (wanted.length < this.seen.length) {
      area.clear();
      this.seen = [];
    }
    for (const [place, output] of wanted.entries()) {
      if (place >= this.seen.length) {
        area.add(this.made(output));
      } else if (this.seen[place] !== output) {
        area.set(place, this.made(output));
      }
    }
    this.seen = wanted;
    this.signal.emit();
  }

  private made(output: IShownOutput): IOutput {
    switch (output.kind) {
      case 'stream': {
        const before = output.cut ? `[${this.trans.__('The log has what comes before.')}]\n` : '';
        return { output_type: 'stream', name: output.name, text: before + output.text };
      }
      case 'gap': {
        const text = `[${gapText(output.dropped, this.trans)}]\n`;
        return { output_type: 'stream', name: 'stdout', text };
      }
      case 'display': {
        const data = withoutRemote(output.data, this.mayLoad);
        if (this.rendermime.preferredMimeType(data, 'ensure') === undefined) {
          return { output_type: 'stream', name: 'stdout', text: this.whyNot(output.data, data) };
        }
        return { output_type: 'display_data', data, metadata: withoutFrames(output.metadata) };
      }
    }
  }

  /** What is said in place of an output of which nothing can be shown. */
  private whyNot(given: object, kept: object): string {
    const { trans } = this;
    const types = Object.keys(given)
      .map(type => type.slice(0, 60))
      .join(', ');
    if (types === '') {
      return '';
    }
    return Object.keys(kept).length === 0
      ? `[${trans.__('Not shown as long as nothing is loaded: %1', types)}]\n`
      : `[${trans.__('Not shown, for JupyterLab shows it only in trusted notebooks: %1', types)}]\n`;
  }

  /** Whether outputs may load from a host; remembers those from which they may not yet. */
  private readonly mayLoad = (host: string): boolean => {
    if (isHere(host)) {
      return false;
    }
    if (!this.isRemote && !this.places.includes(host)) {
      this.places = [...this.places, host];
      this.signal.emit();
    }
    return this.isRemote;
  };

  private area: SimplifiedOutputArea | null = null;
  private areaModel: IOutputAreaModel | null = null;
  private seen: readonly IShownOutput[] = [];
  private limit = STEP;
  private isRemote = false;
  private places: readonly string[] = [];
  private readonly signal = new Signal<this, void>(this);
}

/** Outputs by their place: texts of one stream are already one. */
class SeparateOutputs extends OutputAreaModel {
  protected override shouldCombine(): boolean {
    return false;
  }
}

/** `isolated` would write the output into a frame of this origin: what is sanitized does not need one. */
function withoutFrames(
  metadata: Extract<IShownOutput, { kind: 'display' }>['metadata']
): typeof metadata {
  const kept: typeof metadata = {};
  for (const [name, value] of Object.entries(metadata)) {
    if (name === 'isolated') {
      continue;
    }
    const isParts = typeof value === 'object' && value !== null && !Array.isArray(value);
    kept[name] = isParts ? { ...value, isolated: false } : value;
  }
  return kept;
}

function stop(event: Event): void {
  event.preventDefault();
}

/** A link within an output leads to a place in it, not to another window. */
function stayHere(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest('a, area') : null;
  const address = link?.getAttribute('href') ?? '';
  if (address.startsWith('#') && event.currentTarget instanceof Element) {
    event.preventDefault();
    const place = CSS.escape(address.slice(1));
    event.currentTarget.querySelector(`[data-jupyter-id="${place}"]`)?.scrollIntoView();
  }
}
