/** Elements made of text: nothing here takes markup. */

type Child = Node | string | null | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Listeners = {
  readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void;
};

/** Keys that are ours while the focus is on it must not reach the notebook's command mode. */
const OWN_KEYS = new Set(['button', 'select', 'summary']);
const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes (true: there, without a value) and children; strings become text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  children: readonly Child[] = [],
  listeners: Listeners = {}
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  assign(made, attributes);
  if (OWN_KEYS.has(tag) || attributes['tabindex'] !== undefined) {
    made.setAttribute('data-lm-suppress-shortcuts', 'true');
  }
  made.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined)
  );
  for (const [event, listener] of Object.entries(listeners)) {
    made.addEventListener(event, listener as EventListener);
  }
  return made;
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  children: readonly Child[] = []
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  assign(made, attributes);
  made.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined)
  );
  return made;
}

/** A button that pressing calls. */
export function button(
  label: string,
  attributes: Attributes,
  pressed: () => void,
  children: readonly Child[] = [label]
): HTMLButtonElement {
  return h('button', { type: 'button', class: 'cb-Button', ...attributes }, children, {
    click: pressed
  });
}

/** A button with a picture, whose label is read out and shown as a tip. */
export function iconButton(icon: string, label: string, pressed: () => void): HTMLButtonElement {
  return button(label, { class: 'cb-IconButton', 'aria-label': label, title: label }, pressed, [
    picture(icon)
  ]);
}

/** A picture of a path in a square of 16. */
export function picture(path: string): SVGSVGElement {
  const line = { d: path, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5 };
  return svg('svg', { viewBox: '0 0 16 16', class: 'cb-Icon', 'aria-hidden': 'true' }, [
    svg('path', { ...line, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' })
  ]);
}

export const ICONS = {
  up: 'M8 12.5V3.5M4 7.5l4-4 4 4',
  down: 'M8 3.5v9M4 8.5l4 4 4-4',
  remove: 'M4 4l8 8M12 4l-8 8',
  grip: 'M6 4v.01M10 4v.01M6 8v.01M10 8v.01M6 12v.01M10 12v.01',
  add: 'M8 3v10M3 8h10'
} as const;

/** An input, kept as it is while somebody types in it. */
export function show(
  field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement,
  value: string
): void {
  if (
    field.value !== value &&
    !(field.ownerDocument.activeElement === field && field.dataset['typed'])
  ) {
    field.value = value;
  }
}

/** Set an attribute, or take it away with null. */
export function mark(element: Element, name: string, value: string | null): void {
  if (value === null) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value);
  }
}

function assign(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
}
