/**
 * The least that updates a tree in place, so that focus, selection, scroll positions and opened
 * details outlive a new answer. Text goes in as text only: there is no way to pass HTML.
 */
export interface VNode {
  /** Tag and class, such as `div.row`. */
  readonly kind: string;
  readonly props: Props;
  readonly children: readonly Child[];
}

export type Child = VNode | string | null;

/** Attributes; null leaves one out, `--x` sets a custom property, `key` tells siblings apart. */
export type Props = Readonly<Record<string, string | number | null>>;

/** Controls but tab and line feed, zero-width characters, direction marks and overrides. */
const UNSEEN =
  // eslint-disable-next-line no-control-regex -- these are what it is about
  /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const SVG = new Set(['svg', 'path']);
const rendered = new WeakMap<Node, VNode>();

/** Describes an element. */
export function h(kind: string, props: Props = {}, ...children: readonly Child[]): VNode {
  return { kind, props, children };
}

/** Characters that would hide, reorder or break what a name says become visible. */
export function visible(text: string): string {
  return text.replace(UNSEEN, '\ufffd');
}

function identity(child: VNode | undefined): string {
  return child ? `${child.kind} ${String(child.props.key ?? '')}` : '';
}

function create({ kind }: VNode): Element {
  const [tag = 'div', name] = kind.split('.');
  const element = SVG.has(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  if (name) element.setAttribute('class', name);
  return element;
}

function setProp(element: Element, name: string, value: string | number | null): void {
  if (name.startsWith('--')) (element as HTMLElement).style.setProperty(name, String(value));
  else if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, visible(String(value)));
}

function patchProps(element: Element, before: Props, after: Props): void {
  for (const name of Object.keys({ ...before, ...after })) {
    const value = after[name] ?? null;
    if (name !== 'key' && value !== (before[name] ?? null)) setProp(element, name, value);
  }
}

function patchElement(parent: Node, at: Node | null, child: VNode): Element {
  let element = at as Element | null;
  const before = at ? rendered.get(at) : undefined;
  if (!element || identity(before) !== identity(child)) {
    element = parent.insertBefore(create(child), at);
  }
  patchProps(element, rendered.get(element)?.props ?? {}, child.props);
  rendered.set(element, child);
  patch(element, child.children);
  return element;
}

function patchText(parent: Node, at: Node | null, text: string): Node {
  const data = visible(text);
  if (at?.nodeType !== 3) return parent.insertBefore(document.createTextNode(data), at);
  if (at.nodeValue !== data) at.nodeValue = data;
  return at;
}

/** Makes the children of `parent` be `wanted`, touching only what differs. */
export function patch(parent: Node, wanted: readonly Child[]): void {
  const kept = new Set(
    wanted.map(child => (typeof child === 'string' ? '' : child && identity(child))),
  );
  for (const node of [...parent.childNodes]) {
    if (!kept.has(identity(rendered.get(node)))) node.remove();
  }
  let at = parent.firstChild;
  for (const child of wanted) {
    if (child === null) continue;
    const node: Node =
      typeof child === 'string' ? patchText(parent, at, child) : patchElement(parent, at, child);
    at = node.nextSibling;
  }
  while (at) {
    const next: ChildNode | null = at.nextSibling;
    at.remove();
    at = next;
  }
}
