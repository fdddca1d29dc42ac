import { Sanitizer } from '@jupyterlab/apputils/lib/sanitizer';

import { isHere, LocalSanitizer, withoutRemote } from '../../src/model/remoteContent';

const GIF = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';

function sanitized(html: string): { html: string; blocked: string[] } {
  const blocked: string[] = [];
  const sanitizer = new LocalSanitizer(new Sanitizer(), place => {
    if (!isHere(place)) {
      blocked.push(place);
    }
    return false;
  });
  return { html: sanitizer.sanitize(html), blocked };
}

describe('LocalSanitizer', () => {
  it.each([
    '<img src="http://foe.example/a">',
    '<img src="//foe.example/a">',
    '<video poster="http://foe.example/a" src="http://foe.example/b"></video>',
    '<audio autoplay src="https://foe.example/a"></audio>',
    '<input type="image" src="http://foe.example/a">',
    '<div style="background:url(http://foe.example/a)">x</div>',
    `<p style="background-image: url('http://foe.example/a')">x</p>`,
    '<ul style="list-style-image: url(http://foe.example/a)"><li>x</li></ul>'
  ])('takes the address out of %s', html => {
    const found = sanitized(html);
    expect(found.html).not.toContain('foe.example/');
    expect(found.blocked).toContain('foe.example');
  });

  it.each([
    `<img src="${GIF}" alt="x" />`,
    '<a href="http://friend.example/" rel="nofollow">x</a>',
    '<table style="width:100%"><tbody><tr><td>1 &lt; 2</td></tr></tbody></table>',
    '<p style="color:red">x</p>'
  ])('leaves %s', html => {
    expect(sanitized(html)).toEqual({ html, blocked: [] });
  });

  it('takes out what executes commands', () => {
    const { html } = sanitized(
      '<button data-commandlinker-command="x" data-commandlinker-args="{}">x</button>'
    );
    expect(html).toBe('<button>x</button>');
  });

  it('takes out what the sanitizer takes out', () => {
    expect(sanitized('<script>x</script><img src=x onerror=y>').html).not.toMatch(/script|onerror/);
  });

  it('counts pictures of this server as well: a GET may do something there', () => {
    expect(sanitized('<img src="/logout">').html).not.toContain('logout');
  });
});

describe('what is asked for', () => {
  const loaded = (html: string): string =>
    new LocalSanitizer(new Sanitizer(), place => !isHere(place)).sanitize(html);

  it('is loaded from elsewhere, never from this server', () => {
    expect(loaded('<img src="http://friend.example/a">')).toContain('friend.example/a');
    expect(loaded('<div style="background:url(http://friend.example/a)">x</div>')).toContain(
      'friend'
    );
    expect(loaded('<img src="/logout">')).not.toContain('logout');
    expect(loaded('<div style="background:url(/logout)">x</div>')).not.toContain('logout');
    expect(loaded('<div style="background:u\\72l(/logout)">x</div>')).not.toContain('logout');
  });

  it('executes no command', () => {
    expect(loaded('<button data-commandlinker-command="x">x</button>')).toBe('<button>x</button>');
  });
});

describe('withoutRemote', () => {
  const of = (data: Record<string, unknown>): [string[], string[]] => {
    const blocked: string[] = [];
    return [Object.keys(withoutRemote(data as never, place => blocked.push(place) === 0)), blocked];
  };
  const VEGA = 'application/vnd.vegalite.v5+json';

  it.each([
    { data: { url: 'http://foe.example/x' } },
    { data: { url: 'relative.json' } },
    { marks: [{ encode: { enter: { url: { value: 'https://foe.example/x' } } } }] },
    { layout: { images: [{ source: '//foe.example/x' }] } },
    { text: '<img src=x>' }
  ])('leaves out %j', spec => {
    const [kept, blocked] = of({ [VEGA]: spec, 'text/plain': 'x' });
    expect(kept).toEqual(['text/plain']);
    expect(blocked).toHaveLength(1);
  });

  it('leaves what names nothing', () => {
    const spec = {
      $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
      data: { values: [{ a: 1, b: 'x/y' }] }
    };
    expect(of({ [VEGA]: spec })).toEqual([[VEGA], []]);
    expect(
      of({ 'application/json': { url: 'http://x' }, 'text/html': '<img src="http://x">' })[1]
    ).toEqual([]);
  });
});

describe('diagrams', () => {
  const shown = (text: string): unknown =>
    withoutRemote({ 'text/markdown': text }, () => false)['text/markdown'];
  const fenced = (code: string, fence = '```mermaid'): string => `x\n\n${fence}\n${code}\n\`\`\`\n`;

  it('stay as they are if they load nothing', () => {
    const text = fenced('graph TD\nA[One] --> B[Two]');
    expect(shown(text)).toBe(text);
  });

  it.each(['```mermaid', '``` mermaid', '~~~ Mermaid', '> ```mermaid', '- ```mermaid x'])(
    'after %j are shown as text if they may load something',
    fence => {
      expect(shown(fenced('A["<img src=//foe.example>"]', fence))).not.toMatch(/mermaid/i);
    }
  );
});
