// Applies data from the service to the state.
import { forgetHost, recordHost } from './history.js';
import { change, state } from './store.js';

export const PART_NAMES = {
  gpu: 'GPU',
  local_gpu: 'Local GPU',
  provider: 'Provider',
  multimodal: 'Multimodal',
  gateway: 'Gateway',
  tunnel: 'Tunnel',
  heartbeat: 'Heartbeat',
};

/** Whether fleet.yml configures nothing of a part. The status is error then, so that no client shows it as healthy. */
export const isUnconfigured = part => !part || part.configured === false;

/** Removes all data of the previous user. */
export function clearState() {
  change('hosts', s => {
    s.hosts.forEach((_, name) => forgetHost(name));
    s.hosts.clear();
    s.hostsAt = s.updatedAt = s.overview = s.alerts = s.alertsAt = s.config = s.hostsError = null;
  });
}

/** @param {boolean} isComplete whether the list has all hosts; then others are removed. */
export function applyHosts(list, isComplete) {
  if (!Array.isArray(list)) return;
  change('hosts', s => {
    const listed = new Set();
    for (const host of list) {
      if (typeof host?.hostname !== 'string') continue;
      listed.add(host.hostname);
      s.hosts.set(host.hostname, host);
      recordHost(host);
    }
    for (const name of isComplete ? [...s.hosts.keys()] : []) {
      if (!listed.has(name)) removeHost({ hostname: name });
    }
    s.updatedAt = s.hostsAt = Date.now();
    s.hostsError = null;
  });
}

export function applyHostsError(error) {
  if (error.status !== 0) change('hosts', s => { s.hostsError = error; });
}

export function removeHost(data) {
  change('hosts', s => {
    const host = s.hosts.get(data?.hostname);
    if (!host) return;
    s.hosts.delete(host.hostname);
    forgetHost(host.hostname);
  });
}

export function applyOverview(overview) {
  if (!overview?.overall) return;
  change('overview', s => {
    s.overview = overview;
    s.updatedAt = Date.now();
  });
}

export function applyAlerts(list, error) {
  if (error?.status === 0) return; // the service is unreachable, which the header shows
  change('alerts', s => {
    s.alertsError = error ?? null;
    if (!Array.isArray(list)) return;
    s.alerts = new Map(list.filter(a => a?.id).map(a => [a.id, a]));
    s.alertsAt = Date.now();
  });
}

export function applyAlert(alert) {
  if (!alert?.id) return;
  change('alerts', s => { s.alerts = new Map(s.alerts ?? []).set(alert.id, alert); s.alertsError = null; });
}

export function removeAlert(data) {
  change('alerts', s => { s.alerts = new Map(s.alerts ?? []); s.alerts.delete(data?.id); });
}
