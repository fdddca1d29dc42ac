import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { JSONObject, JSONValue, PartialJSONValue } from '@lumino/coreutils';

import { textOf } from './logRecords';

/**
 * What an output would load from elsewhere.
 *
 * JupyterLab's sanitizer takes scripts out, but leaves pictures, sounds and backgrounds of any address: an output could
 * tell a stranger that, when and from where somebody looks at it. So addresses are taken out as well, until the user
 * wants them.
 */

/**
 * Whether something may be loaded from a host.
 *
 * From this server never: what is asked there is asked in the user's name, and a `GET /logout` is more than a picture.
 */
export type MayLoad = (host: string) => boolean;

/** Whether a host is this server, or cannot be told. */
export function isHere(host: string): boolean {
  return host === HERE || host === window.location.host;
}

const LOADING = ['src', 'srcset', 'poster', 'background', 'data', 'lowsrc', 'dynsrc', 'ping'];
const COMMANDS = ['data-commandlinker-command', 'data-commandlinker-args'];
const LOADED_LINKS =
  'link, image, use, feimage, base, object, embed, iframe, frame, meta, style, script';
const CSS_LOADS = /url\s*\(|image-set\s*\(|@import|image\s*\(|src\s*\(|\\/i;
/** Types that load nothing whatever they say, or that pass through the sanitizer. */
const QUIET =
  /^(?:text\/(?:plain|html|markdown|latex)|image\/.*|application\/(?:json|pdf|javascript))$/;

const FENCE_LINE = /^.*(?:```|~~~).*$/gm;
const DIAGRAM_FENCE = /(?:```|~~~).*mermaid/i;
const LOADING_DIAGRAM = /\/\/|\\|url|@|<(?!br\b)|&#|&\w+;|image|img|css|href|click/i;
/** Stands for something that could not be told. */
const HERE = '?';

/** A sanitizer that also takes out what would be loaded. What it gives has always gone through the other one last. */
export class LocalSanitizer implements IRenderMime.ISanitizer {
  constructor(
    private readonly inner: IRenderMime.ISanitizer,
    private readonly mayLoad: MayLoad
  ) {}

  get allowNamedProperties(): boolean {
    return this.inner.allowNamedProperties ?? false;
  }

  /** No: what a task prints must not make links of any scheme. */
  getAutolink(): boolean {
    return false;
  }

  sanitize(dirty: string, options?: IRenderMime.ISanitizerOptions): string {
    let html = this.inner.sanitize(dirty, options);
    for (let turn = 0; turn < 3; turn++) {
      const { text, found } = withoutLoads(html, this.mayLoad);
      if (!found) {
        return html;
      }
      html = this.inner.sanitize(text, options);
    }
    return ''; // it changes whenever it is read: nothing of it is shown
  }
}

/** The parts of a bundle that load nothing by themselves. Types that hold addresses somewhere in their data are left out. */
export function withoutRemote(data: JSONObject, mayLoad: MayLoad): JSONObject {
  const kept: JSONObject = {};
  for (const [type, value] of Object.entries(data)) {
    if (type === 'text/markdown') {
      kept[type] = withoutDiagrams(textOf(value), mayLoad);
      continue;
    }
    const place = placeIn(type, value);
    if (place === '' || mayLoad(place)) {
      kept[type] = value;
    }
  }
  return kept;
}

function placeIn(type: string, value: JSONValue | undefined): string {
  if (type === 'text/vnd.mermaid') {
    return LOADING_DIAGRAM.test(textOf(value)) ? remotePlace(value) || HERE : '';
  }
  return QUIET.test(type) ? '' : remotePlace(value);
}

/** Diagrams are drawn without the sanitizer: those that may load something are left as their source. */
function withoutDiagrams(text: string, mayLoad: MayLoad): string {
  if (!DIAGRAM_FENCE.test(text) || !LOADING_DIAGRAM.test(text)) {
    return text;
  }
  if (mayLoad(remotePlace(text) || HERE)) {
    return text;
  }
  return text.replace(FENCE_LINE, line => line.replace(/mermaid/gi, 'text'));
}

/** The first place that a value of JSON names, "" if none. A `$schema` says what it is, and is not loaded. */
function remotePlace(value: PartialJSONValue | undefined): string {
  const rest: (PartialJSONValue | undefined)[] = [value];
  while (rest.length > 0) {
    const part = rest.pop();
    if (typeof part === 'string') {
      if (
        /(?:^|[^:\w])[a-z][a-z\d+.-]*:\/\/|^\s*[/\\]{2}|url\s*\(|<\s*(?:img|image|script|iframe|link)/i.test(
          part
        )
      ) {
        return placeOf(/[a-z][a-z\d+.-]*:\/\/[^\s"'<>)]*/i.exec(part)?.[0] ?? part);
      }
    } else if (typeof part === 'object' && part !== null) {
      for (const [name, inner] of Object.entries(part)) {
        if (name === '$schema' && typeof inner === 'string') {
          continue;
        }
        if ((name === 'url' || name === 'href') && typeof inner === 'string') {
          return placeOf(inner);
        }
        rest.push(inner);
      }
    }
  }
  return '';
}

function withoutLoads(html: string, mayLoad: MayLoad): { text: string; found: boolean } {
  const page = new DOMParser().parseFromString(html, 'text/html'); // loads nothing and runs nothing
  let found = false;
  for (const element of page.querySelectorAll(LOADED_LINKS)) {
    element.remove();
    found = true;
  }
  for (const element of page.querySelectorAll('*')) {
    for (const { name, value } of [...element.attributes]) {
      const places = COMMANDS.includes(name) ? [HERE] : placesOf(name, value);
      // every place is asked for, so that each is told to the user
      if (places.filter(place => !mayLoad(place)).length > 0) {
        element.removeAttribute(name);
        found = true;
      }
    }
  }
  return { text: found ? page.body.innerHTML : html, found };
}

/** From where an attribute loads something. */
function placesOf(name: string, value: string): string[] {
  if (LOADING.includes(name)) {
    return isInline(value) ? [] : [placeOf(value)];
  }
  if (name !== 'style' || !CSS_LOADS.test(value)) {
    return [];
  }
  const addresses = [...value.matchAll(/url\s*\(\s*['"]?([^'")]*)/gi)].map(
    ([, address = '']) => address
  );
  const isPlain = addresses.length > 0 && !value.includes('\\');
  return isPlain ? addresses.map(placeOf) : [HERE];
}

/** Whether an address is the thing itself. */
function isInline(address: string): boolean {
  return /^\s*data:(?:image\/(?:png|jpe?g|gif|webp|bmp|avif)|audio\/|video\/)/i.test(address);
}

/** A host, or what stands for this server; never more, for it is shown. */
function placeOf(address: string): string {
  try {
    return new URL(address, window.location.href).host.slice(0, 200);
  } catch {
    return HERE;
  }
}
