// What comes from the service becomes state here, and what changed by it goes to the log.
import { forget, record } from './history.js';
import { emptyLog, note } from './log.js';
import { change, state } from './store.js';

export const PARTS = {
  gpu: 'GPU',
  local_gpu: 'Local GPU',
  provider: 'Provider',
  multimodal: 'Multimodal',
  gateway: 'Gateway',
  tunnel: 'Tunnel',
  heartbeat: 'Heartbeat',
};

/** Nothing in fleet.yml asks for it: its status is error all the same, so that no client shows it as healthy. */
export const isOff = part => !part || part.configured === false;

/** What was known belongs to whoever had the key. */
export function forgetAll() {
  change('hosts', s => {
    s.hosts.forEach((_, name) => forget(name));
    s.hosts.clear();
    s.hostsAt = s.updatedAt = s.overview = s.alerts = s.alertsAt = s.config = s.hostsProblem = null;
    emptyLog();
  });
}

/** @param {boolean} whole whether hosts that are not in the list are gone. */
export function takeHosts(list, whole) {
  if (!Array.isArray(list)) return;
  change('hosts', s => {
    const seen = new Set();
    for (const host of list) {
      if (typeof host?.hostname !== 'string') continue;
      seen.add(host.hostname);
      const before = s.hosts.get(host.hostname);
      note(host.hostname, before?.status, host.status, host.reason);
      s.hosts.set(host.hostname, host);
      record(host);
    }
    for (const name of whole ? [...s.hosts.keys()] : []) {
      if (!seen.has(name)) {
        dropHost({ hostname: name });
      }
    }
    s.updatedAt = s.hostsAt = Date.now();
    s.hostsProblem = null;
  });
}

export function hostsFailed(problem) {
  if (problem.status !== 0) change('hosts', s => { s.hostsProblem = problem; });
}

export function dropHost(data) {
  change('hosts', s => {
    const host = s.hosts.get(data?.hostname);
    if (!host) return;
    note(host.hostname, host.status, 'gone', 'no longer watched');
    s.hosts.delete(host.hostname);
    forget(host.hostname);
  });
}

export function takeOverview(overview) {
  if (!overview?.overall) return;
  change('overview', s => {
    for (const [key, name] of Object.entries(PARTS)) {
      const [before, part] = [s.overview?.[key], overview[key]];
      if (!isOff(before) && !isOff(part)) note(name, before.status, part.status, part.error);
    }
    s.overview = overview;
    s.updatedAt = Date.now();
  });
}

export function takeAlerts(list, problem) {
  if (problem?.status === 0) return; // nothing is there at all, which is said elsewhere
  change('alerts', s => {
    s.alertsProblem = problem ?? null;
    if (!Array.isArray(list)) return;
    s.alerts = new Map(list.filter(a => a?.id).map(a => [a.id, a]));
    s.alertsAt = Date.now();
  });
}

export function takeAlert(alert) {
  if (!alert?.id) return;
  change('alerts', s => {
    s.alerts = new Map(s.alerts ?? []).set(alert.id, alert);
    s.alertsProblem = null;
  });
}

export function dropAlert(data) {
  change('alerts', s => {
    s.alerts = new Map(s.alerts ?? []);
    s.alerts.delete(data?.id);
  });
}
