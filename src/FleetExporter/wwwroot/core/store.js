// State of the web page. Modules modify it with `change`; subscribers receive the changed topics once per frame.
export const state = {
  me: undefined, // the current user; undefined: not loaded yet; null: login required
  hosts: new Map(), hostsAt: null, hostsError: null,
  overview: null,
  alerts: null, alertsAt: null, alertsError: null,
  config: null,
  connection: 'connecting', // connecting, live, polling, lost, locked
  updatedAt: null,
};

const listeners = new Set();
let changedTopics = new Set();

export function subscribe(listener) {
  listeners.add(listener);
}

export function change(topic, apply) {
  apply?.(state);
  // A hidden tab draws no frames, but its title still shows the number of alerts.
  if (changedTopics.size === 0) document.hidden ? setTimeout(notify, 100) : requestAnimationFrame(notify);
  changedTopics.add(topic);
}

function notify() {
  const topics = changedTopics;
  changedTopics = new Set();
  for (const listener of listeners) {
    try {
      listener(topics);
    } catch (error) {
      console.error(error);
    }
  }
}

// Without a key a browser can only read: the service ignores anonymous_control for requests with an Origin.
export const hasScope = scope => state.me?.scopes?.includes(scope) === true && (scope === 'read' || !state.me.anonymous);

export const hosts = () => [...state.hosts.values()];

export const tmuxSessions = () => hosts().flatMap(h => h.sessions ?? []);

/** Gateways that are watched; null until that is known. */
export const gatewayNames = () => state.overview?.targets?.filter(t => t.kind === 'gateway').map(t => t.name) ?? null;

/** Whether the service is reachable. */
export const isConnected = () => state.connection === 'live' || state.connection === 'polling';

/** Number of hosts by status. A degraded host answers too. */
export function countHosts() {
  const statuses = hosts().map(x => x.status);
  const countWith = status => statuses.filter(s => s === status).length;
  const [total, offline] = [statuses.length, countWith('offline')];
  return { total, answering: total - offline, degraded: countWith('degraded'), offline };
}

/** Values older than this are shown as stale. */
export const staleAfterMs = () => (state.config ? state.config.interval * (state.config.stale + 1) : 90) * 1000;
