import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { OutputsAnswer } from '../../src/api/client';
import { OutputsModel } from '../../src/model/outputs';
import { RichOutputs } from '../../src/panel/richOutputs';
import { runId } from '../builders';
import { FakeRunClient, settled } from '../fakes';

const RUN = runId(1);
const trans = nullTranslator.load('cellburst');

function display(
  data: object,
  id?: string,
  kind = 'display_data'
): OutputsAnswer['outputs'][number] {
  const transient = id === undefined ? {} : { transient: { display_id: id } };
  return { output_type: kind, data, metadata: {}, ...transient };
}

describe('RichOutputs', () => {
  let model: OutputsModel;
  let widget: RichOutputs;

  afterEach(() => {
    widget.dispose();
    model.dispose();
    jest.useRealTimers();
  });

  /** The outputs after each of these answers. */
  async function shown(...answers: OutputsAnswer['outputs'][]): Promise<string[]> {
    jest.useFakeTimers();
    const client = new FakeRunClient();
    const rest = { dropped: 0, attempt: 1, generation: 1 };
    client.outputAnswers.set(
      `${RUN}/0`,
      answers.map((outputs, at) => ({
        ...rest,
        outputs,
        next: `1.1.${at}`,
        more: at < answers.length - 1
      }))
    );
    model = new OutputsModel(client, RUN, 0);
    const rendermime = new RenderMimeRegistry({ initialFactories: standardRendererFactories });
    widget = new RichOutputs(model, rendermime, trans);
    Widget.attach(widget, document.body);
    model.live = false;
    model.shown = true;
    await jest.advanceTimersByTimeAsync(100);
    await settled();
    return texts();
  }

  const texts = (): string[] =>
    [...widget.node.querySelectorAll('.jp-OutputArea-output')].map(
      node => node.textContent?.trim() ?? ''
    );

  it('shows what a cell would show, updated in place', async () => {
    const found = await shown(
      [{ output_type: 'stream', name: 'stdout', text: 'a' }, display({ 'text/plain': 'old' }, 'x')],
      [
        display({ 'text/html': '<b>bold</b>', 'text/plain': 'no' }),
        display({ 'text/plain': 'new' }, 'x', 'update_display_data')
      ]
    );
    expect(found).toEqual(['a', 'new', 'bold']);
    expect(widget.node.querySelector('b')?.textContent).toBe('bold');
  });

  it('loads nothing from elsewhere until that is wanted, and then nothing from here', async () => {
    const html = '<img src="http://foe.example/a"><img src="/logout">';
    await shown([display({ 'text/html': html })]);
    const pictures = (): (string | null)[] =>
      [...widget.node.querySelectorAll('img')].map(image => image.getAttribute('src'));
    expect(pictures()).toEqual([null, null]);
    expect(widget.blocked).toEqual(['foe.example']);
    widget.loadRemote();
    await settled();
    expect(pictures()).toEqual(['http://foe.example/a', null]);
    expect(widget.blocked).toEqual([]);
  });

  it('shows so many, and more when asked', async () => {
    await shown(Array.from({ length: 120 }, (_, n) => display({ 'text/plain': `output ${n}` })));
    expect(texts()).toHaveLength(50);
    expect(widget.left).toBe(70);
    widget.showMore();
    widget.showMore();
    expect(texts()).toHaveLength(120);
    expect(widget.left).toBe(0);
  });

  it('says what it cannot show', async () => {
    const found = await shown([
      display({ 'image/svg+xml': '<svg/>' }),
      display({ 'application/vnd.vega.v5+json': { data: { url: 'http://foe.example' } } })
    ]);
    expect(found[0]).toContain('trusted notebooks: image/svg+xml');
    expect(found[1]).toContain('as long as nothing is loaded: application/vnd.vega.v5+json');
  });

  it('lets no form of an output be sent', async () => {
    await shown([display({ 'text/html': '<form><button>x</button></form>' })]);
    const event = new Event('submit', { bubbles: true, cancelable: true });
    widget.node.querySelector('form')?.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
  });
});
