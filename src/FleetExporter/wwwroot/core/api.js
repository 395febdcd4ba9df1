// HTTP client of the service's API. A failed request throws an ApiError with the response's problem+json.
import { syncClock } from './clock.js';
import { sanitize } from './text.js';

export class ApiError extends Error {
  constructor(status, problem) {
    super(sanitize(problem?.detail ?? problem?.title ?? (status ? `The service answered ${status}.` : 'The service does not answer.'), 500));
    this.status = status;
    this.title = sanitize(problem?.title ?? '', 100);
    this.fields = problem?.errors ?? {};
    this.body = problem;
  }
}

let unauthorizedListener = () => {};

/** @param {() => void} listener called when the service answers 401. */
export const onUnauthorized = listener => { unauthorizedListener = listener; };

let auditFailureListener = () => {};

/** @param {() => void} listener called when the service could not write the audit row of a request. */
export const onAuditFailure = listener => { auditFailureListener = listener; };

/** The response of a request that boot.js has sent already; each is used once. */
function takePrefetched(method, path) {
  const response = method === 'GET' ? window.prefetched?.[path] : undefined;
  if (response) delete window.prefetched[path];
  return response;
}

export async function send(method, path, body, options = {}) {
  const headers = {
    Accept: options.accept ?? 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(options.etag ? { 'If-Match': options.etag } : {}),
  };
  let response;
  try {
    response = await (takePrefetched(method, path)
      ?? fetch(path, { method, headers, cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body), signal: options.signal }));
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, null);
  }
  syncClock(response.headers.get('Date'));
  if (response.headers.get('Fleet-Audit')) auditFailureListener();
  if (!response.ok) {
    if (response.status === 401) {
      window.prefetched = undefined; // sent without credentials; a login may follow
      if (!options.quiet) unauthorizedListener();
    }
    throw new ApiError(response.status, await response.json().catch(() => null));
  }
  return response;
}

const json = async response => (response.status === 204 ? null : response.json());

export const get = async (path, options) => json(await send('GET', path, undefined, options));
export const post = async (path, body, options) => json(await send('POST', path, body, options));
/** @param options.etag of the version that is changed: the service answers 412 if somebody else has changed it since. */
export const put = async (path, body, options) => json(await send('PUT', path, body, options));

/** @returns what can be sent back by `put`, and its version. */
export async function getForChange(path) {
  const response = await send('GET', path);
  return { body: await json(response), etag: response.headers.get('ETag') };
}

export const remove = async path => json(await send('DELETE', path));

/** All items of a paged list. */
export async function getAll(path, options, maxPages = 20) {
  const items = [];
  let cursor = null;
  for (let page = 0; page < maxPages; page++) {
    const separator = path.includes('?') ? '&' : '?';
    const response = await get(cursor === null ? path : `${path}${separator}cursor=${encodeURIComponent(cursor)}`, options);
    if (Array.isArray(response)) return response;
    items.push(...(response?.items ?? []));
    cursor = response?.next_cursor ?? null;
    if (cursor === null) break;
  }
  return items;
}
