// An active alert in one line, where its subject is shown.
import { severityTone } from '../core/alertlist.js';
import { createButton, h, setText } from '../core/dom.js';
import { age } from '../core/format.js';
import { hasScope } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { pill } from '../core/ui.js';
import { acknowledge } from './acknowledge.js';

export function alertLine(first) {
  const severity = pill('alert-line-severity');
  const [message, since] = [h('bdi', {}), h('span', { class: 'soft small' })];
  const button = hasScope('control') ? createButton('Acknowledge', 'alert-line-ack', () => acknowledge(first), { class: 'small' }) : null;
  const runbook = /^Fleet[A-Za-z0-9]+$/.test(first.name ?? '')
    ? h('a', { class: 'small', href: `/docs/runbook#${first.name.toLowerCase()}` }, 'Runbook') : null;
  return { node: h('li', { class: 'row', 'data-alert': first.id }, severity.node, message, since, runbook, button), update(a) {
    severity.set(severityTone(a) === 'bad' ? 'error' : 'degraded', a.severity);
    setText(message, sanitize(a.description || a.message || a.type, 300));
    setText(since, `for ${age(a.created)}`);
  } };
}
