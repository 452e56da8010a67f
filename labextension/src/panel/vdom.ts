/**
 * The least that updates a tree in place, so that focus, selection, scroll positions and opened
 * details outlive a new answer. Text goes in as text only: there is no way to pass HTML.
 *
 * A tree is written as arrays: `['a.link', { href }, 'text', ['b', 'more']]`.
 */

/** An element: tag and classes (`li.step now`), then its parts. */
export type VNode = readonly Part[];

/** Attributes, a text or an element; what is empty is left out. */
export type Part = Attributes | VNode | Folded | string | false | 0 | null | undefined;

/** Makes a part of a `details` element, which has it only while it is open. */
export type Folded = () => VNode;

export type Attributes = Readonly<Record<string, string | null>>;

/** Controls but tab and line feed, zero-width characters, direction marks and overrides. */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const drawn = new WeakMap<Node, VNode>();

/** Characters that would hide, reorder or break what a name says become visible. */
export function visible(text: string): string {
  return text.replace(UNSEEN, '\ufffd');
}

/** Whether a part is an element: arrays are. */
export function isNode(part: Part): part is VNode {
  return Array.isArray(part);
}

/** The attributes of an element: they come right behind its tag. */
export function attributesOf([, second]: VNode): Attributes {
  return second && typeof second === 'object' && !isNode(second) ? second : {};
}

function create(kind: string): Element {
  const [tag = '', names = ''] = kind.split('.');
  const space = /svg|path/.test(tag) ? '2000/svg' : '1999/xhtml';
  const element = document.createElementNS(`http://www.w3.org/${space}`, tag);
  element.setAttribute('class', names);
  return element;
}

function patchAttributes(element: Element, before: Attributes, after: Attributes): void {
  for (const name in { ...before, ...after }) {
    const value = after[name] ?? null;
    if (value === (before[name] ?? null)) continue;
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, visible(value));
  }
}

/** Puts a part where `at` is: into it if it can be, before it if not. */
function place(parent: Node, at: Node | null, part: VNode | string): Node {
  if (!isNode(part)) {
    const data = visible(part);
    if (at?.nodeType !== 3) return parent.insertBefore(new Text(data), at);
    if (at.nodeValue !== data) at.nodeValue = data;
    return at;
  }
  const same = at && drawn.get(at)?.[0] === part[0];
  const element = same ? at : parent.insertBefore(create(part[0] as string), at);
  patch(element as Element, part);
  return element;
}

/** Makes an element, or a shadow root, have the parts of `wanted`, touching only what differs. */
export function patch(element: Element | ShadowRoot, wanted: VNode): void {
  const before = drawn.get(element) ?? [];
  if (before === wanted) return;
  drawn.set(element, wanted);
  const attributes = attributesOf(wanted);
  patchAttributes(element as Element, attributesOf(before), attributes);
  let at: Node | null = element.firstChild;
  for (let part of wanted.slice(1)) {
    if (typeof part === 'function') part = (element as HTMLDetailsElement).open && part();
    if (part && part !== attributes) at = place(element, at, part as VNode | string).nextSibling;
  }
  while (at) {
    const next: Node | null = at.nextSibling;
    element.removeChild(at);
    at = next;
  }
}

/** Gives a `details` element that was opened what is folded in it; takes it from a closed one. */
export function unfold({ target }: Event): void {
  // eslint-disable-next-line @typescript-eslint/no-non-null-assertion -- all elements were drawn
  patch(target as Element, [...drawn.get(target as Element)!]);
}
