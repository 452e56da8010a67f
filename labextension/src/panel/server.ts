import type { Reading, UtilizationSamples } from './contract.ts';
import { type DataSource, type FailureKind, isReading } from './reading.ts';
import { locale } from './i18n.ts';
import { Poller } from './poller.ts';

/** `fetch`'s options, with headers that can be added to. */
export interface ConnectionRequest extends RequestInit {
  readonly headers: Readonly<Record<string, string>>;
}

/** What the labextension publishes for cells: see lab/plugins/store.ts. */
export interface JupyterConnection {
  /** Sends a request with the application's own settings. */
  request(path: string, init: ConnectionRequest): Promise<Response>;
  /** The display language, such as `zh-CN`. */
  readonly language: string;
}

const CONNECTION = Symbol.for('jupyter-dsw:connection');
/** Cells' modules are separate copies: this is where they find the one that all share. */
const SHARED = Symbol.for('jupyter-dsw:data-source');
const INSTANCE = 'jupyter-dsw/v1/instance';
const UTILIZATION = 'jupyter-dsw/v1/utilization';
/** The server itself gives up sooner. */
const REQUEST_TIMEOUT_MS = 30_000;
const LONGEST_BACK_OFF_MS = 300_000;

interface Shared {
  [CONNECTION]: JupyterConnection | undefined;
  [SHARED]: DataSource | undefined;
}

const shared = globalThis as unknown as Shared;

/** What the labextension published, if it is there. */
export function publishedConnection(): JupyterConnection | undefined {
  return shared[CONNECTION];
}

/** Publishes it; the labextension's part. */
export function publishConnection(connection: JupyterConnection): void {
  shared[CONNECTION] = connection;
}

/** Makes it the one that all panels share; the labextension's part, too. */
export function publishDataSource(source: DataSource): void {
  shared[SHARED] = source;
}

/** The part that is used here of what Jupyter writes into its pages for its own scripts. */
interface PageConfig {
  readonly baseUrl?: string;
  readonly token?: string;
  /** There behind JupyterHub. */
  readonly hubPrefix?: string;
}

function pageConfig(): PageConfig | null {
  const text = document.getElementById('jupyter-config-data')?.textContent;
  return JSON.parse(text ?? 'null') as PageConfig | null;
}

/** Sends a request as the labextension would, or, without it, as Jupyter's own scripts do. */
function request(route: string, init: ConnectionRequest): Promise<Response> {
  const connection = publishedConnection();
  if (connection) return connection.request(route, init);
  const { baseUrl = '/', token } = pageConfig() ?? {};
  const xsrf = /\b_xsrf=([^;]*)/.exec(document.cookie)?.[1];
  const headers = {
    ...init.headers,
    ...(xsrf && { 'X-XSRFToken': xsrf }),
    ...(token && { Authorization: `token ${token}` }),
  };
  return fetch(baseUrl + route, { ...init, headers });
}

/** What is known of the server that a response comes from. */
export interface Server {
  /** It has sent a reading before, so what is not one comes from something else. */
  readonly known: boolean;
  /** The labextension is there, which comes in one package with the server extension. */
  readonly expected: boolean;
  /** It is behind JupyterHub. */
  readonly hub: boolean;
}

/** What proxies respond for a server that is not there: 424 is JupyterHub's. */
function isGateways(status: number): boolean {
  return status >= 500 || [408, 424, 429].includes(status);
}

/** What a response means. */
export async function meaningOf(
  response: Response,
  server: Server,
): Promise<Reading | FailureKind> {
  const body: unknown = await response.json().catch(() => null);
  if (isReading(body)) return body;
  if ((body as { code?: unknown } | null)?.code === 'NotPermitted') return 'not-permitted';
  if (!server.known) {
    return server.expected && isGateways(response.status) ? 'server-gone' : 'absent';
  }
  // Jupyter redirects no such request. JupyterHub does where the server is stopped; elsewhere it
  // leads to a login page.
  if (response.type === 'opaqueredirect') return server.hub ? 'server-gone' : 'signed-out';
  return [401, 403].includes(response.status) ? 'signed-out' : 'server-gone';
}

/** Requests a reading of the server; `known`: it has sent one before. */
export async function requestReading(
  fresh: boolean,
  known: boolean,
): Promise<Reading | FailureKind> {
  const expected = Boolean(publishedConnection());
  const server = { known, expected, hub: Boolean(pageConfig()?.hubPrefix) };
  try {
    return await meaningOf(await sendRequest(INSTANCE, fresh), server);
  } catch {
    return known || expected ? 'server-gone' : 'absent';
  }
}

function sendRequest(route: string, fresh: boolean): Promise<Response> {
  return request(route, {
    // The server's messages are for the person who reads them here.
    headers: { 'Accept-Language': locale },
    // With `reload` browsers add `Cache-Control: no-cache`, a person's refresh; so they do with
    // `no-store`, and `max-age=0` with `no-cache` (Fetch standard, HTTP-network-or-cache fetch).
    cache: fresh ? 'reload' : 'no-cache',
    // A redirect leads to a login page, sometimes of another host.
    redirect: 'manual',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
}

/**
 * Requests what the server measured over time; `absent` where it has nothing of the kind, null where this
 * failed.
 */
export async function requestUsage(): Promise<UtilizationSamples | 'absent' | null> {
  try {
    const response = await sendRequest(UTILIZATION, false);
    if ([403, 404].includes(response.status)) return 'absent';
    const body = (await response.json()) as Partial<UtilizationSamples> | null;
    return Array.isArray(body?.samples) ? (body as UtilizationSamples) : null;
  } catch {
    return null;
  }
}

function newSource(): DataSource {
  const poller: Poller = new Poller({
    request: fresh => requestReading(fresh, poller.state.reading !== null),
    onReject: 'server-gone',
    longestBackOff: LONGEST_BACK_OFF_MS,
  });
  for (const event of ['online', 'pageshow']) {
    addEventListener(event, poller.catchUp);
  }
  return poller;
}

/** Whether this is a page of a Jupyter server. */
export function hasServer(): boolean {
  return Boolean(publishedConnection() ?? pageConfig()?.baseUrl);
}

/** The one that all panels share, or null where there is no Jupyter page around them. */
export function serverSource(): DataSource | null {
  if (!hasServer()) return null;
  return (shared[SHARED] ??= newSource());
}
