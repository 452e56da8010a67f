import { locale } from '../language.ts';
import { isAnswer, type Answer } from '../rest.ts';
import type { Source, Trouble } from '../source.ts';
import { newPoller } from './poller.ts';

/** `fetch`'s options, with headers that can be added to. */
export interface PageRequest extends RequestInit {
  readonly headers: Readonly<Record<string, string>>;
}

/** What the labextension publishes for cells: see `src/page.ts`. */
export interface JupyterPage {
  /** Asks the server with the application's own settings. */
  request(path: string, init: PageRequest): Promise<Response>;
  /** The display language, such as `zh-CN`. */
  readonly language: string;
}

const PAGE = Symbol.for('jupyter-dsw:page');
/** Cells' modules are separate copies: this is where they find the one poller of the page. */
const SHARED = Symbol.for('jupyter-dsw:page-source');
const ROUTE = 'jupyter-dsw/v1/instance';
/** The server itself gives up sooner. */
const REQUEST_TIMEOUT_MS = 30_000;

interface Shared {
  [PAGE]: JupyterPage | undefined;
  [SHARED]: Source | undefined;
}

const shared = globalThis as unknown as Shared;

/** What the labextension published, if it is there. */
export function publishedPage(): JupyterPage | undefined {
  return shared[PAGE];
}

/** Publishes it; the labextension's part. */
export function publishPage(page: JupyterPage): void {
  shared[PAGE] = page;
}

/** Makes it the page's one source; the labextension's part, too. */
export function publishSource(source: Source): void {
  shared[SHARED] = source;
}

/** What Jupyter writes into its pages for its own scripts. */
function pageConfig(): { baseUrl?: string; token?: string } | null {
  const text = document.getElementById('jupyter-config-data')?.textContent;
  return JSON.parse(text ?? 'null') as { baseUrl?: string; token?: string } | null;
}

/** Asks as the labextension would, or, without it, as Jupyter's own scripts do. */
function request(init: PageRequest): Promise<Response> {
  const page = publishedPage();
  if (page) return page.request(ROUTE, init);
  const { baseUrl = '/', token } = pageConfig() ?? {};
  const xsrf = /\b_xsrf=([^;]*)/.exec(document.cookie)?.[1];
  const headers = {
    ...init.headers,
    ...(xsrf && { 'X-XSRFToken': xsrf }),
    ...(token && { Authorization: `token ${token}` }),
  };
  return fetch(baseUrl + ROUTE, { ...init, headers });
}

/** What a response means. `known`: this server has answered before, so a 404 is not its own. */
export async function meaningOf(response: Response, known: boolean): Promise<Answer | Trouble> {
  const body: unknown = await response.json().catch(() => null);
  if (isAnswer(body)) return body;
  if (response.type === 'opaqueredirect' || [401, 403].includes(response.status)) return 'login';
  return response.status === 404 && !known ? 'absent' : 'offline';
}

/** Asks the server. `known`: it has answered before. */
export async function askPage(fresh: boolean, known: boolean): Promise<Answer | Trouble> {
  const response = await request({
    // What the server says of errors is for the person who reads this page.
    headers: { 'Accept-Language': locale },
    // With `reload` browsers add `Cache-Control: no-cache`, a person's refresh; so they do with
    // `no-store`, and `max-age=0` with `no-cache` (Fetch standard, HTTP-network-or-cache fetch).
    cache: fresh ? 'reload' : 'no-cache',
    // A redirect leads to a login page, sometimes of another host.
    redirect: 'manual',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  return meaningOf(response, known);
}

function newSource(): Source {
  const poller = newPoller(
    fresh => askPage(fresh, Boolean(shared[SHARED]?.state.reading)),
    'offline',
  );
  for (const event of ['online', 'pageshow']) {
    addEventListener(event, poller.catchUp);
  }
  return poller;
}

/** The page's one source, or null where there is no Jupyter page around the panel. */
export function pageSource(): Source | null {
  if (!publishedPage() && !pageConfig()?.baseUrl) return null;
  return (shared[SHARED] ??= newSource());
}
