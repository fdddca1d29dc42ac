import { textOf } from '../../src/model/logRecords';
import { MOST_OUTPUTS, OutputList } from '../../src/model/outputList';

function display(text: string, id?: string, kind = 'display_data'): Record<string, unknown> {
  const transient = id === undefined ? {} : { transient: { display_id: id } };
  return { output_type: kind, data: { 'text/plain': text }, metadata: {}, ...transient };
}

function stream(text: string, name = 'stdout'): Record<string, unknown> {
  return { output_type: 'stream', name, text };
}

function listed(...records: Record<string, unknown>[]): string[] {
  const list = new OutputList();
  for (const record of records) {
    list.add(record);
  }
  return list.outputs.map(output => {
    switch (output.kind) {
      case 'stream':
        return `${output.name}: ${output.text}`;
      case 'gap':
        return `gap: ${output.dropped}`;
      case 'display':
        return textOf(output.data['text/plain']);
    }
  });
}

describe('OutputList', () => {
  it('joins texts of one stream', () => {
    expect(listed(stream('a'), stream('b'), stream('c', 'stderr'), stream('d'))).toEqual([
      'stdout: ab',
      'stderr: c',
      'stdout: d'
    ]);
  });

  it('updates every display of an id, in its place', () => {
    const update = display('new', 'x', 'update_display_data');
    expect(listed(display('1', 'x'), display('2'), display('3', 'x'), update)).toEqual([
      'new',
      '2',
      'new'
    ]);
    expect(listed(display('1'), update)).toEqual(['1']);
  });

  it('clears at once, or before what comes next', () => {
    const clear = (wait: boolean): Record<string, unknown> => ({
      output_type: 'clear_output',
      wait
    });
    expect(listed(display('1'), clear(false))).toEqual([]);
    expect(listed(display('1'), clear(true))).toEqual(['1']);
    expect(listed(display('1'), clear(true), display('2'))).toEqual(['2']);
    expect(
      listed(display('1', 'x'), clear(true), display('2'), display('3', 'x', 'update_display_data'))
    ).toEqual(['2']);
  });

  it('says what is missing', () => {
    expect(listed({ ...stream('after'), dropped: 5 })).toEqual(['gap: 5', 'stdout: after']);
    expect(listed({ ...stream('\n[5 bytes of output were not kept]\n'), dropped: 5 })).toEqual([
      'gap: 5'
    ]);
  });

  it('keeps a bounded number, and the end of long texts', () => {
    const list = new OutputList();
    for (let number = 0; number < MOST_OUTPUTS + 5; number++) {
      list.add(display(String(number)));
    }
    expect(list.outputs).toHaveLength(MOST_OUTPUTS);
    expect(list.tooMany).toBe(true);
    const texts = new OutputList();
    for (let number = 0; number < 5000; number++) {
      texts.add(stream(`line ${number}\n`));
    }
    const only = texts.outputs[0];
    expect(only?.kind === 'stream' && only.cut && only.text.endsWith('line 4999\n')).toBe(true);
    expect(only?.kind === 'stream' ? only.text.length : 0).toBeLessThan(5000);
    expect(only?.kind === 'stream' && only.text.startsWith('line ')).toBe(true);
  });

  it('takes records of a newer server, and nonsense', () => {
    expect(listed({ output_type: 'news' }, { output_type: 'display_data', data: 5 }, {})).toEqual([
      ''
    ]);
  });
});
