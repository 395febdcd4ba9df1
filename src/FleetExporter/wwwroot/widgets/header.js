// The header, the bar for a lost connection, the counts on the tabs and the window title.
import { byId, setAttr, setClass, setText } from '../core/dom.js';
import { plural, timestamp } from '../core/format.js';
import { countHosts, gatewayNames, hosts, state, tmuxSessions } from '../core/store.js';
import { activeAlerts, alertHref, severityTone } from '../core/alertlist.js';
import { hrefOf } from '../core/router.js';
import { isUnconfigured, PART_NAMES } from '../core/updates.js';
import { setTone } from '../core/ui.js';

const CONNECTION_TEXTS = { connecting: 'connecting', live: 'live', polling: 'polling', lost: 'lost', locked: 'login required' };

export function showHeader(topics) {
  document.documentElement.dataset.connection = state.connection;
  setText(byId('connection-text'), CONNECTION_TEXTS[state.connection]);
  const updated = byId('updated');
  setText(updated, state.updatedAt ? timestamp(state.updatedAt) : 'never');
  setAttr(updated, 'datetime', state.updatedAt ? new Date(state.updatedAt).toISOString() : null);
  if (topics.has('connection') || topics.has('me')) showLostConnection();
  const overall = byId('overall');
  const hostList = hosts();
  const { offline, degraded } = countHosts();
  const lostGpus = hostList.reduce((n, x) => n + (x.gpus_lost ?? 0), 0);
  const isLoaded = state.overview && state.hostsAt;
  const alerts = activeAlerts();
  const alertStatus = { bad: 'error', warn: 'degraded' }[severityTone(alerts[0])] ?? 'ok';
  const worst = [state.overview?.overall ?? 'ok', offline || lostGpus ? 'error' : degraded ? 'degraded' : 'ok', alertStatus].reduce(worseOf);
  setTone(overall, isLoaded && state.connection !== 'lost' ? worst : '');
  const failingParts = Object.keys(PART_NAMES).filter(p => isLoaded && p !== 'heartbeat' && !isUnconfigured(state.overview[p]))
    .filter(p => state.overview[p].status === (worst === 'error' ? 'error' : 'degraded'))
    .map(p => PART_NAMES[p]);
  const hostTexts = [[offline, 'host', 'offline'], [lostGpus, 'GPU', 'lost'], [degraded, 'host', 'degraded']]
    .filter(([n]) => n).map(([n, what, how]) => `${plural(n, what)} ${how}`);
  const sameSeverity = alerts.filter(a => severityTone(a) === severityTone(alerts[0])).length;
  setText(overall, !isLoaded ? '…'
    : worst === 'ok' ? 'All OK'
    : hostTexts.length ? hostTexts.join(', ')
    : failingParts.length ? `${failingParts.join(', ')} ${worst === 'error' ? 'failing' : 'degraded'}`
    : alertStatus === worst ? plural(sameSeverity, worst === 'error' ? 'critical alert' : 'alert')
    : worst === 'error' ? 'Failing' : 'Degraded');
  setAttr(overall, 'href', worst === 'ok' || !isLoaded ? hrefOf('overview')
    : hostTexts.length ? hrefOfHosts(hostList.filter(x => x.status !== 'online' || x.gpus_lost))
    : failingParts.length ? hrefOf('targets', '', { show: 'problems' })
    : sameSeverity === 1 ? alertHref(alerts[0]) : hrefOf('alerts'));
  const badge = byId('alert-badge');
  badge.hidden = alerts.length === 0;
  setText(badge, `${plural(alerts.length, 'alert')}${state.alertsError ? '?' : ''}`);
  for (const t of ['warn', 'bad']) setClass(badge, t, severityTone(alerts[0]) === t);
  setText(byId('count-hosts'), state.hostsAt ? String(hostList.length) : '');
  setText(byId('count-sessions'), state.hostsAt ? String(tmuxSessions().length) : '');
  for (const view of ['agents', 'logs']) byId(`tab-${view}`).hidden = !gatewayNames()?.length;
  setText(byId('count-alerts'), alerts.length ? String(alerts.length) : '');
  document.title = `${state.connection === 'lost' ? '⚠ ' : alerts.length ? `(${alerts.length}) ` : ''}FleetExporter${
    isLoaded ? `: ${overall.textContent}` : ''
  }`;
}

const hrefOfHosts = list => (list.length === 1 ? hrefOf('hosts', list[0].hostname) : hrefOf('hosts', '', { show: 'problems' }));

const worseOf = (a, b) => (['ok', 'degraded', 'error'].indexOf(a) > ['ok', 'degraded', 'error'].indexOf(b) ? a : b);

function showLostConnection() {
  const bar = byId('lost');
  bar.hidden = state.connection !== 'lost';
  setText(bar, state.connection === 'lost'
    ? state.updatedAt ? `No connection to the service. The values shown are from ${timestamp(state.updatedAt)}.` : 'No connection to the service yet.'
    : '');
}
