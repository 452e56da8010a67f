import { JSDOM } from 'jsdom';

/** Draws parts of the panel into a document of Node's. To be imported before any of them. */

const { window } = new JSDOM('<!doctype html><body></body>');
Object.assign(globalThis, { document: window.document });

/** What draws: it looks for a document as soon as it is imported. */
const { render } = await import('lit-html');

/** A part of the panel, drawn. */
export function draw(view: unknown): HTMLElement {
  const place = window.document.createElement('div');
  render(view, place);
  return place;
}

/** Draws a part anew where it is. */
export function drawAgain(view: unknown, place: HTMLElement): void {
  render(view, place);
}

/** The text of a part as it reads, with single spaces. */
export function textOf(view: unknown): string {
  const place = draw(view);
  // Where elements touch, the style sheet puts space between them.
  for (const element of place.querySelectorAll('*')) element.append(' ');
  return place.textContent.replace(/[\s\u00a0]+/g, ' ').trim();
}

/** The document around the panel. */
export const page = window.document;
