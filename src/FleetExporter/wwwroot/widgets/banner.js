// Active alerts on every view; collapsed or not is kept in this browser.
import { byId, h, keyed, setAttr, setClass, setText } from '../core/dom.js';
import { activeAlerts, severityTone, subject } from '../core/alertlist.js';
import { acknowledge } from './acknowledge.js';
import { age, at, count } from '../core/format.js';
import { may, state } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { pill } from '../core/ui.js';

const MOST = 20;
let open = true;

export function setUpBanner() {
  try {
    open = localStorage.getItem('fleet-banner') !== 'closed';
  } catch { /* storage is off */ }
  byId('banner-toggle').addEventListener('click', () => {
    open = !open;
    try {
      localStorage.setItem('fleet-banner', open ? 'open' : 'closed');
    } catch { /* for this visit only */ }
    showBanner();
  });
}

export function showBanner() {
  const alerts = activeAlerts();
  const banner = byId('banner');
  banner.hidden = alerts.length === 0;
  if (banner.hidden) return;
  setClass(banner, 'bad', severityTone(alerts[0]) === 'bad');
  setAttr(byId('banner-toggle'), 'aria-expanded', String(open));
  setText(
    byId('banner-title'),
    `${count(alerts.length, 'active alert')}${alerts.length > MOST && open ? `, the first ${MOST}` : ''}${
      state.alertsProblem ? ` at ${at(state.alertsAt)}: Alertmanager does not answer now` : ''
    }`,
  );
  byId('banner-list').hidden = !open;
  if (open) keyed(byId('banner-list'), alerts.slice(0, MOST), a => `${a.id} ${may('control')}`, row);
}

function row(alert) {
  const severity = pill('banner-severity');
  const since = h('span', { class: 'soft small' });
  const message = h('span', { class: 'message' }, h('strong', {}, remote(subject(alert), 200)), ' ', h('bdi', {}));
  const node = h('li', { 'data-alert': alert.id }, severity.node, message, since,
    may('control') ? h('button', { type: 'button', 'data-testid': 'banner-ack', on: { click: () => acknowledge(alert) } }, 'Acknowledge') : null);
  return { node, update(a) {
    severity.set(severityTone(a) === 'bad' ? 'error' : 'degraded', a.severity);
    setText(message.lastChild, clean(a.message || a.type, 300));
    setText(since, `for ${age(a.created)}`);
  } };
}
