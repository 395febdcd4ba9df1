// Acknowledging: a silence with a duration and a comment, and ending it early.
import { subject } from '../core/alertlist.js';
import { post, remove } from '../core/api.js';
import { h } from '../core/dom.js';
import { formDialog } from './form.js';
import { change } from '../core/store.js';
import { remote } from '../core/text.js';
import { toast } from '../core/ui.js';

const DURATIONS = { '30m': '30 minutes', '2h': '2 hours', '8h': '8 hours', '1d': '1 day', '7d': '7 days' };

const nameOf = alert => [subject(alert), alert.name ?? alert.type].filter(Boolean).join(' ');

const pathOf = alert => `/api/alerts/${encodeURIComponent(alert.id)}/ack`;

export function acknowledge(alert) {
  const duration = h('select', { 'data-testid': 'ack-duration' }, Object.entries(DURATIONS).map(([value, name]) => h('option', { value }, name)));
  duration.value = '2h';
  const comment = h('input', { type: 'text', 'data-testid': 'ack-comment', maxlength: 500, autofocus: true });
  formDialog({
    title: 'Acknowledge', testid: 'ack', go: 'Acknowledge', fields: [['For', duration, 'duration'], ['Comment', comment, 'comment']],
    intro: [
      h('p', {}, h('strong', {}, remote(subject(alert), 200)), ' ', remote(alert.message || alert.type, 300)),
      h('p', { class: 'soft small' }, 'Alertmanager sends no notification of this alert for that time. It stays in the list.'),
    ],
    submit: async () => {
      const answer = await post(pathOf(alert), { ...(comment.value.trim() ? { comment: comment.value.trim() } : {}), duration: duration.value });
      mark(alert, answer?.id === alert.id ? answer : { acknowledged: true });
      toast(`Acknowledged: ${nameOf(alert)}`, 'ok');
    },
  });
}

export async function endAcknowledgement(alert) {
  try {
    await remove(pathOf(alert));
    mark(alert, { acknowledged: false, silence: null });
    toast(`Notifications are on again: ${nameOf(alert)}`, 'ok');
  } catch (error) {
    toast(`${nameOf(alert)}: ${error.message}`, 'bad');
  }
}

function mark(alert, news) {
  change('alerts', s => { s.alerts = new Map(s.alerts).set(alert.id, { ...(s.alerts.get(alert.id) ?? alert), ...news }); });
}
