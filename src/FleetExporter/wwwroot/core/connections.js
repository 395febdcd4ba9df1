// On which hosts commands may run, and which hosts were added through the API as connections.
import { getAll } from './api.js';
import { hasScope, state } from './store.js';

let connectionsByName = new Map();

/** Requests the list again. @returns all connections. */
export async function loadConnections() {
  const list = await getAll('/api/dgx/connections');
  connectionsByName = new Map(list.map(c => [c.name, c]));
  return list;
}

/** The connection of a host; undefined until the list is loaded. */
export const connectionOf = name => connectionsByName.get(name);

/** Hosts that are known and not watched now: disconnected, or with a name that is taken. */
export const idleConnections = () => [...connectionsByName.values()].filter(c => !state.hosts.has(c.name));

export const hostConfig = name => state.config?.hosts?.find(x => x.name === name);

/** Whether a host was added through the API. Hosts of fleet.yml take precedence over connections of the same name. */
const isFromApi = name => !hostConfig(name) && connectionsByName.get(name)?.source === 'api';

/** any, allow_list or off; undefined until loaded. Only fleet.yml lists commands: for connections of the API, allow_list means off. */
function execPolicy(name) {
  const policy = hostConfig(name)?.exec?.policy ?? connectionsByName.get(name)?.exec_policy;
  return policy === 'allow_list' && isFromApi(name) ? 'off' : policy;
}

const POLICY_TEXTS = { any: 'any command', allow_list: 'listed commands only', off: 'commands are off' };

/** Which commands may run on a host, and the setting that decides it; null until loaded. */
export function policyText(name) {
  const text = POLICY_TEXTS[execPolicy(name)];
  if (!text) return null;
  return `${text}: ${isFromApi(name) ? 'exec_policy of a connection that was added through the API' : 'exec.policy in fleet.yml'}`;
}

/** Why a host cannot run commands now; null if nothing prevents it. */
export function unavailableReason(name) {
  const host = state.hosts.get(name);
  return execPolicy(name) === 'off' ? POLICY_TEXTS.off
    : !host ? 'not connected'
    : host.pushes ? 'pushed by an agent, no SSH'
    : !host.address && !hasScope('admin') ? 'needs the scope admin'
    : host.status === 'offline' ? 'offline' : null;
}

/** Note on a host where hosts are selected for commands; empty if fleet.yml allows any command. */
export function hostHint(name) {
  const [reason, isApi, policy] = [unavailableReason(name), isFromApi(name), execPolicy(name)];
  const policyNote = !reason && (isApi || policy !== 'any') ? POLICY_TEXTS[policy] : null;
  return [reason, policyNote, isApi ? 'added through the API' : null].filter(Boolean).join(' · ');
}

/** Hosts that can run commands first, then unavailable ones, then those with commands off; each group by name. */
export function byAvailability(a, b) {
  const rank = name => (execPolicy(name) === 'off' ? 2 : unavailableReason(name) ? 1 : 0);
  return rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true });
}
