// Alerts in order, and what is said of them in more than one place.
import { state } from './store.js';
import { clean } from './text.js';

const RANK = { critical: 0, page: 0, error: 0, high: 0, warning: 1, medium: 1, info: 2, low: 2 };

export const severityTone = alert => (!alert ? '' : ['bad', 'warn', ''][RANK[alert.severity] ?? 1]);

const rank = alert => RANK[alert.severity] ?? 1;

const order = (a, b) => rank(a) - rank(b) || Date.parse(b.created ?? 0) - Date.parse(a.created ?? 0);

const sorted = which => [...(state.alerts?.values() ?? [])].filter(which).sort(order);

/** What somebody should look at. */
export const activeAlerts = () => sorted(a => !a.acknowledged && !a.inhibited);

/** A worse one of the same host or problem says it already. */
export const inhibitedAlerts = () => sorted(a => !a.acknowledged && a.inhibited);

export const acknowledgedAlerts = () => sorted(a => a.acknowledged);

const PARTS = ['gateway', 'service', 'provider', 'tunnel', 'target', 'project', 'training_job', 'device', 'mountpoint', 'unit', 'session'];

/** What it is about, in the order from large to small: "box · GPU 0". */
export function subject(alert) {
  const labels = alert.labels ?? {};
  return [alert.host, labels.gpu ? `GPU ${labels.gpu}` : null, ...PARTS.map(p => labels[p])].filter(Boolean).map(t => clean(t, 60)).join(' · ');
}
