// Alerts by severity and age, and the texts that several views and widgets share.
import { state } from './store.js';
import { sanitize } from './text.js';

const RANK = { critical: 0, page: 0, error: 0, high: 0, warning: 1, medium: 1, info: 2, low: 2 };

export const severityTone = alert => (!alert ? '' : ['bad', 'warn', ''][RANK[alert.severity] ?? 1]);

const rank = alert => RANK[alert.severity] ?? 1;

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
