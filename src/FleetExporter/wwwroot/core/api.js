// The one way to the service; errors carry its problem+json.
import { hear } from './clock.js';
import { clean } from './text.js';

export class ApiError extends Error {
  constructor(status, problem) {
    super(clean(problem?.detail ?? problem?.title ?? (status ? `The service answered ${status}.` : 'The service does not answer.'), 500));
    this.status = status;
    this.title = clean(problem?.title ?? '', 100);
    this.fields = problem?.errors ?? {};
    this.body = problem;
  }
}

let denied = () => {};

/** @param {() => void} listener called when the service wants a key. */
export const onDenied = listener => { denied = listener; };

let unaudited = () => {};

/** @param {() => void} listener called when the service did what was asked, or refused it, and its audit has no row of that. */
export const onUnaudited = listener => { unaudited = listener; };

/** What was asked before this script ran; each answer is taken once. */
function early(method, path) {
  const answer = method === 'GET' ? window.early?.[path] : undefined;
  if (answer) delete window.early[path];
  return answer;
}

export async function send(method, path, body, options = {}) {
  const headers = { Accept: options.accept ?? 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
  let answer;
  try {
    answer = await (early(method, path)
      ?? fetch(path, { method, headers, cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body), signal: options.signal }));
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, null);
  }
  hear(answer.headers.get('Date'));
  if (answer.headers.get('Fleet-Audit')) unaudited();
  if (!answer.ok) {
    if (answer.status === 401) {
      window.early = undefined; // asked without the key that may come
      if (!options.quiet) denied();
    }
    throw new ApiError(answer.status, await answer.json().catch(() => null));
  }
  return answer;
}

const json = async answer => (answer.status === 204 ? null : answer.json());

export const get = async (path, options) => json(await send('GET', path, undefined, options));
export const post = async (path, body, options) => json(await send('POST', path, body, options));
export const remove = async path => json(await send('DELETE', path));

/** All items of a list, page by page. */
export async function all(path, options, most = 20) {
  const items = [];
  let cursor = null;
  for (let page = 0; page < most; page++) {
    const mark = path.includes('?') ? '&' : '?';
    const answer = await get(cursor === null ? path : `${path}${mark}cursor=${encodeURIComponent(cursor)}`, options);
    if (Array.isArray(answer)) return answer;
    items.push(...(answer?.items ?? []));
    cursor = answer?.next_cursor ?? null;
    if (cursor === null) break;
  }
  return items;
}
