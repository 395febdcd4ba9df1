// List of active alerts above every view; local storage keeps whether it is collapsed.
import { byId, createButton, h, keyed, setAttr, setClass, setText } from '../core/dom.js';
import { activeAlerts, alertHref, alertSubject, severityTone } from '../core/alertlist.js';
import { acknowledge } from './acknowledge.js';
import { age, plural, timestamp } from '../core/format.js';
import { hasScope, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { pill } from '../core/ui.js';

const MAX_SHOWN = 20;
let isOpen = true;

export function setUpBanner() {
  try {
    isOpen = localStorage.getItem('fleet-banner') !== 'closed';
  } catch { /* storage is disabled */ }
  byId('banner-toggle').addEventListener('click', () => {
    isOpen = !isOpen;
    try {
      localStorage.setItem('fleet-banner', isOpen ? 'open' : 'closed');
    } catch { /* lasts until the page is closed */ }
    showBanner();
  });
}

export function showBanner() {
  const alerts = activeAlerts();
  const banner = byId('banner');
  banner.hidden = alerts.length === 0;
  if (banner.hidden) return;
  setClass(banner, 'bad', severityTone(alerts[0]) === 'bad');
  setAttr(byId('banner-toggle'), 'aria-expanded', String(isOpen));
  setText(
    byId('banner-title'),
    `${plural(alerts.length, 'active alert')}${alerts.length > MAX_SHOWN && isOpen ? `, the first ${MAX_SHOWN}` : ''}${
      state.alertsError ? ` as of ${timestamp(state.alertsAt)}: Alertmanager does not answer` : ''
    }`,
  );
  byId('banner-list').hidden = !isOpen;
  if (isOpen) keyed(byId('banner-list'), alerts.slice(0, MAX_SHOWN), a => `${a.id} ${hasScope('control')}`, alertItem);
}

function alertItem(alert) {
  const severity = pill('banner-severity');
  const since = h('span', { class: 'soft small' });
  const link = h('a', {}, remoteText(alertSubject(alert) || alert.name || alert.type, 200));
  const message = h('span', { class: 'message' }, h('strong', {}, link), ' ', h('bdi', {}));
  const button = hasScope('control') ? createButton('Acknowledge', 'banner-ack', () => acknowledge(alert)) : null;
  const node = h('li', { 'data-alert': alert.id }, severity.node, message, since, button);
  return { node, update(a) {
    severity.set(severityTone(a) === 'bad' ? 'error' : 'degraded', a.severity);
    setAttr(link, 'href', alertHref(a));
    setText(message.lastChild, sanitize(a.message || a.type, 300));
    setText(since, `for ${age(a.created)}`);
  } };
}
