// Header, banner of a lost connection, counts of the tabs, title.
import { byId, setAttr, setClass, setText } from '../core/dom.js';
import { at, count } from '../core/format.js';
import { hosts, sessions, state, tally } from '../core/store.js';
import { activeAlerts, severityTone } from '../core/alertlist.js';
import { isOff, PARTS } from '../core/take.js';
import { paint } from '../core/ui.js';

const WORDS = { connecting: 'connecting', live: 'live', polling: 'polling', lost: 'lost', locked: 'login required' };

export function showHeader(topics) {
  document.documentElement.dataset.connection = state.connection;
  setText(byId('connection-text'), WORDS[state.connection]);
  const updated = byId('updated');
  setText(updated, state.updatedAt ? at(state.updatedAt) : 'never');
  setAttr(updated, 'datetime', state.updatedAt ? new Date(state.updatedAt).toISOString() : null);
  if (topics.has('connection') || topics.has('me')) showLost();
  const overall = byId('overall');
  const list = hosts();
  const { offline, degraded } = tally();
  const lost = list.reduce((n, x) => n + (x.gpus_lost ?? 0), 0);
  const known = state.overview && state.hostsAt;
  const alerts = activeAlerts();
  const alarm = { bad: 'error', warn: 'degraded' }[severityTone(alerts[0])] ?? 'ok';
  const worst = [state.overview?.overall ?? 'ok', offline || lost ? 'error' : degraded ? 'degraded' : 'ok', alarm].reduce(worstOf);
  paint(overall, known && state.connection !== 'lost' ? worst : '');
  const parts = Object.keys(PARTS)
    .filter(p => known && p !== 'heartbeat' && !isOff(state.overview[p]) && state.overview[p].status === (worst === 'error' ? 'error' : 'degraded'))
    .map(p => PARTS[p]);
  const words = [[offline, 'host', 'offline'], [lost, 'GPU', 'lost'], [degraded, 'host', 'degraded']]
    .filter(([n]) => n).map(([n, what, how]) => `${count(n, what)} ${how}`);
  const alike = alerts.filter(a => severityTone(a) === severityTone(alerts[0])).length;
  setText(overall, !known ? '…'
    : worst === 'ok' ? 'All OK'
    : words.length ? words.join(', ')
    : parts.length ? `${parts.join(', ')} ${worst === 'error' ? 'failing' : 'degraded'}`
    : alarm === worst ? count(alike, worst === 'error' ? 'critical alert' : 'alert')
    : worst === 'error' ? 'Failing' : 'Degraded');
  const badge = byId('alert-badge');
  badge.hidden = alerts.length === 0;
  setText(badge, `${count(alerts.length, 'alert')}${state.alertsProblem ? '?' : ''}`);
  for (const t of ['warn', 'bad']) setClass(badge, t, severityTone(alerts[0]) === t);
  setText(byId('count-hosts'), state.hostsAt ? String(list.length) : '');
  setText(byId('count-sessions'), state.hostsAt ? String(sessions().length) : '');
  setText(byId('count-alerts'), alerts.length ? String(alerts.length) : '');
  document.title = `${state.connection === 'lost' ? '⚠ ' : alerts.length ? `(${alerts.length}) ` : ''}FleetExporter${
    known ? `: ${overall.textContent}` : ''
  }`;
}

const worstOf = (a, b) => (['ok', 'degraded', 'error'].indexOf(a) > ['ok', 'degraded', 'error'].indexOf(b) ? a : b);

function showLost() {
  const bar = byId('lost');
  bar.hidden = state.connection !== 'lost';
  setText(bar, state.connection === 'lost'
    ? state.updatedAt ? `No connection to the service. The values shown are from ${at(state.updatedAt)}.` : 'No connection to the service yet.'
    : '');
}
