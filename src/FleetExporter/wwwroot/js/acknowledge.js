// Acknowledging: a silence with a duration and a comment, and taking it back.
import { post, remove } from './api.js';
import { actions, cancelButton, closeDialog, openDialog } from './dialog.js';
import { h } from './dom.js';
import { change } from './store.js';
import { remote } from './text.js';
import { toast } from './ui.js';

const DURATIONS = { '30m': '30 minutes', '2h': '2 hours', '8h': '8 hours', '1d': '1 day', '7d': '7 days' };

const pathOf = alert => `/api/alerts/${encodeURIComponent(alert.id)}/ack`;

export function acknowledge(alert) {
  const duration = h('select', { 'data-testid': 'ack-duration' }, Object.entries(DURATIONS).map(([value, name]) => h('option', { value }, name)));
  duration.value = '2h';
  const comment = h('input', { type: 'text', 'data-testid': 'ack-comment', maxlength: 200, autofocus: true });
  const wrong = h('p', { class: 'bad', role: 'alert', 'data-testid': 'ack-error' });
  const submit = h('button', { class: 'go', 'data-testid': 'ack-submit' }, 'Acknowledge');
  openDialog('Acknowledge', h('form', { 'data-testid': 'ack', on: { submit: async event => {
    event.preventDefault();
    submit.disabled = true;
    wrong.textContent = '';
    try {
      await post(pathOf(alert), { ...(comment.value.trim() ? { comment: comment.value.trim() } : {}), duration: duration.value });
      mark(alert, true);
      closeDialog();
      toast('Acknowledged.', 'ok');
    } catch (error) {
      wrong.textContent = error.message;
      submit.disabled = false;
    }
  } } },
  h('p', {}, remote(alert.message || alert.type, 300)),
  h('p', { class: 'soft small' }, 'Alertmanager sends no notification of it for this time; it stays in the list.'),
  h('label', { class: 'field' }, 'For', duration), h('label', { class: 'field' }, 'Comment', comment), wrong, actions(cancelButton(), submit)));
}

export async function takeBack(alert) {
  try {
    await remove(pathOf(alert));
    mark(alert, false);
    toast('The alert notifies again.', 'ok');
  } catch (error) {
    toast(error.message, 'bad');
  }
}

function mark(alert, acknowledged) {
  change('alerts', s => { s.alerts = new Map(s.alerts).set(alert.id, { ...(s.alerts.get(alert.id) ?? alert), acknowledged }); });
}
