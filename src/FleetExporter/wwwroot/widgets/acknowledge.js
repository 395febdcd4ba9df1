// Acknowledges an alert with a silence in Alertmanager, and ends that silence early.
import { alertSubject } from '../core/alertlist.js';
import { post, remove } from '../core/api.js';
import { h } from '../core/dom.js';
import { formDialog } from './form.js';
import { change } from '../core/store.js';
import { remoteText } from '../core/text.js';
import { toast } from '../core/ui.js';

const DURATIONS = { '30m': '30 minutes', '2h': '2 hours', '8h': '8 hours', '1d': '1 day', '7d': '7 days' };

const alertName = alert => [alertSubject(alert), alert.name ?? alert.type].filter(Boolean).join(' ');

const acknowledgementPath = alert => `/api/alerts/${encodeURIComponent(alert.id)}/ack`;

export function acknowledge(alert) {
  const duration = h('select', { 'data-testid': 'ack-duration' }, Object.entries(DURATIONS).map(([value, name]) => h('option', { value }, name)));
  duration.value = '2h';
  const comment = h('input', { type: 'text', 'data-testid': 'ack-comment', maxlength: 500, autofocus: true });
  formDialog({
    title: 'Acknowledge', testid: 'ack', submitLabel: 'Acknowledge', fields: [['For', duration, 'duration'], ['Comment', comment, 'comment']],
    intro: [
      h('p', {}, h('strong', {}, remoteText(alertSubject(alert), 200)), ' ', remoteText(alert.message || alert.type, 300)),
      h('p', { class: 'soft small' }, 'Alertmanager sends no notifications for this alert during that time. It stays in the list.'),
    ],
    submit: async () => {
      const body = { ...(comment.value.trim() ? { comment: comment.value.trim() } : {}), duration: duration.value };
      const response = await post(acknowledgementPath(alert), body);
      updateAlert(alert, response?.id === alert.id ? response : { acknowledged: true });
      toast(`Acknowledged: ${alertName(alert)}`, 'ok');
    },
  });
}

export async function endAcknowledgement(alert) {
  try {
    await remove(acknowledgementPath(alert));
    updateAlert(alert, { acknowledged: false, silence: null });
    toast(`Notifications resumed: ${alertName(alert)}`, 'ok');
  } catch (error) {
    toast(`${alertName(alert)}: ${error.message}`, 'bad');
  }
}

function updateAlert(alert, changes) {
  change('alerts', s => { s.alerts = new Map(s.alerts).set(alert.id, { ...(s.alerts.get(alert.id) ?? alert), ...changes }); });
}
