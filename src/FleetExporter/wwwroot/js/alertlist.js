// Alerts in order, and what is said of them in more than one place.
import { state } from './store.js';

const RANK = { critical: 0, page: 0, error: 0, high: 0, warning: 1, medium: 1, info: 2, low: 2 };

export const severityTone = alert => (!alert ? '' : ['bad', 'warn', ''][RANK[alert.severity] ?? 1]);

const rank = alert => RANK[alert.severity] ?? 1;

const order = (a, b) => rank(a) - rank(b) || Date.parse(b.created ?? 0) - Date.parse(a.created ?? 0);

export const activeAlerts = () => [...(state.alerts?.values() ?? [])].filter(a => !a.acknowledged).sort(order);

export const acknowledgedAlerts = () => [...(state.alerts?.values() ?? [])].filter(a => a.acknowledged).sort(order);
