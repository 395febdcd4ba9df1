// Connections as the service lists them: where commands may run, and which hosts were added through the API.
import { all } from './api.js';
import { may, state } from './store.js';

let known = new Map(); // by name

/** Asks anew. @returns all connections. */
export async function loadConnections() {
  const list = await all('/api/dgx/connections');
  known = new Map(list.map(c => [c.name, c]));
  return list;
}

export const configOf = name => state.config?.hosts?.find(x => x.name === name);

/** A host of the running configuration is not a connection of the same name. */
const isOfApi = name => !configOf(name) && known.get(name)?.source === 'api';

/** any, allow_list, off; undefined while it is not known. A list is in fleet.yml alone: without one nothing is allowed. */
function policyOf(name) {
  const policy = configOf(name)?.exec?.policy ?? known.get(name)?.exec_policy;
  return policy === 'allow_list' && isOfApi(name) ? 'off' : policy;
}

const WORDS = { any: 'any command', allow_list: 'listed commands only', off: 'commands are off' };

/** Which commands may run on a host, and what says so; null while it is not known. */
export function policyText(name) {
  const words = WORDS[policyOf(name)];
  if (!words) return null;
  return `${words}: ${isOfApi(name) ? 'exec_policy of a connection that was added through the API' : 'exec.policy in fleet.yml'}`;
}

/** What keeps a host from running commands now; null for nothing that is known here. */
export function obstacle(name) {
  const host = state.hosts.get(name);
  return policyOf(name) === 'off' ? WORDS.off
    : !host ? 'not connected'
    : host.pushes ? 'reports by agent, no SSH'
    : !host.address && !may('admin') ? 'needs the scope admin'
    : host.status === 'offline' ? 'offline' : null;
}

/** What whoever chooses a host for commands should know of it, in a few words. What fleet.yml allows altogether needs none. */
export function hint(name) {
  const [not, isApi, policy] = [obstacle(name), isOfApi(name), policyOf(name)];
  return [not, !not && (isApi || policy !== 'any') ? WORDS[policy] : null, isApi ? 'added through the API' : null].filter(Boolean).join(' · ');
}

/** Hosts that can run commands first, then those that cannot now, last those that may not; of each by name. */
export function byUse(a, b) {
  const rank = name => (policyOf(name) === 'off' ? 2 : obstacle(name) ? 1 : 0);
  return rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true });
}
