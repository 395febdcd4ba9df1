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

export const may = scope => state.me?.scopes?.includes(scope) === true;

export const hosts = () => [...state.hosts.values()];

export const sessions = () => hosts().flatMap(h => h.sessions ?? []);

/** A value that came longer ago than this looks old. */
export const staleAfter = () => (state.config ? state.config.interval * (state.config.stale + 1) : 90) * 1000;
