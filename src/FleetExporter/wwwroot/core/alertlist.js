// Alerts by severity and age, and the texts that several views and widgets share.
import { hrefOf } from './router.js';
import { state } from './store.js';
import { sanitize } from './text.js';
import { tone } from './ui.js';

/** An alert of a severity that is not known is one to look at. */
export const severityTone = alert => (!alert || ['info', 'low', 'none'].includes(alert.severity) ? '' : tone(alert.severity) || 'warn');

const rank = alert => ['bad', 'warn', ''].indexOf(severityTone(alert));

const order = (a, b) => rank(a) - rank(b) || Date.parse(b.created ?? 0) - Date.parse(a.created ?? 0);

const sorted = predicate => [...(state.alerts?.values() ?? [])].filter(predicate).sort(order);

/** Alerts that need attention. */
export const activeAlerts = () => sorted(a => !a.acknowledged && !a.inhibited);

/** Alertmanager inhibits these: a more severe alert about the same subject is active. */
export const inhibitedAlerts = () => sorted(a => !a.acknowledged && a.inhibited);

export const acknowledgedAlerts = () => sorted(a => a.acknowledged);

const SUBJECT_LABELS = ['gateway', 'service', 'provider', 'tunnel', 'target', 'project', 'training_job', 'device', 'mountpoint', 'unit', 'session'];

/** What an alert is about, from the host down to the part: "box · GPU 0". */
export function alertSubject(alert) {
  const labels = alert.labels ?? {};
  const parts = [alert.host, labels.gpu ? `GPU ${labels.gpu}` : null, ...SUBJECT_LABELS.map(name => labels[name])];
  return parts.filter(Boolean).map(text => sanitize(text, 60)).join(' · ');
}

/** The view of an alert's subject: its host, tmux session or target; the alerts where it has none. */
export function alertHref(alert) {
  const labels = alert.labels ?? {};
  const kind = ['service', 'provider', 'gateway', 'tunnel'].find(name => labels[name]);
  return kind && labels.alertname?.startsWith('Fleet') ? hrefOf('targets', `${kind}/${labels[kind]}`)
    : labels.training_job ? hrefOf('jobs', labels.training_job)
    : alert.host && state.hosts.has(alert.host) ? hrefOf('hosts', alert.host)
    : hrefOf('alerts');
}
