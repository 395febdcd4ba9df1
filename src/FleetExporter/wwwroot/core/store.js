// What the page knows. Modules change it with `change`, and are told once per frame which topics did.
export const state = {
  me: undefined, // undefined: not asked yet; null: a key is needed
  hosts: new Map(), hostsAt: null, hostsProblem: null,
  overview: null,
  alerts: null, alertsAt: null, alertsProblem: null,
  config: null,
  connection: 'connecting', // connecting, live, polling, lost, locked
  connectionSince: Date.now(),
  updatedAt: null,
  log: [],
};

const listeners = new Set();
let changed = new Set();

export function listen(listener) {
  listeners.add(listener);
}

export function change(topic, apply) {
  apply?.(state);
  // A page that is not seen has no frames, and its title still counts the alerts.
  if (changed.size === 0) document.hidden ? setTimeout(tell, 100) : requestAnimationFrame(tell);
  changed.add(topic);
}

function tell() {
  const topics = changed;
  changed = new Set();
  for (const listener of listeners) {
    try {
      listener(topics);
    } catch (error) {
      console.error(error);
    }
  }
}

// Without a key a page only reads, whatever anonymous_control allows to others: its requests carry an Origin.
export const may = scope => state.me?.scopes?.includes(scope) === true && (scope === 'read' || !state.me.anonymous);

export const hosts = () => [...state.hosts.values()];

export const sessions = () => hosts().flatMap(h => h.sessions ?? []);

/** Whether the service answers. */
export const isConnected = () => state.connection === 'live' || state.connection === 'polling';

/** Hosts by state. One that is degraded answers: something of it fails, or it has just been added. */
export function tally() {
  const statuses = hosts().map(x => x.status);
  const of = status => statuses.filter(s => s === status).length;
  return { total: statuses.length, answering: statuses.length - of('offline'), degraded: of('degraded'), offline: of('offline') };
}

/** A value that came longer ago than this looks old. */
export const staleAfter = () => (state.config ? state.config.interval * (state.config.stale + 1) : 90) * 1000;
