// Active, inhibited and acknowledged alerts, with links to runbook and dashboard.
import { acknowledge, endAcknowledgement } from '../widgets/acknowledge.js';
import { acknowledgedAlerts, activeAlerts, alertSubject, inhibitedAlerts, severityTone } from '../core/alertlist.js';
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { age, timestamp } from '../core/format.js';
import { refreshNow } from '../core/live.js';
import { hrefOf, viewSettings } from '../core/router.js';
import { qualifiedId } from '../widgets/tmuxsession.js';
import { hasScope, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { choice, errorNotice, filterBox, loading, notice, pill } from '../core/ui.js';

const CHOICES = { active: 'Active', acknowledged: 'Acknowledged', all: 'All' };

const { settings, read, set } = viewSettings({ q: '', show: 'active' });

let parts;

export const view = {
  mount(root) {
    parts = {
      summary: h('p', { class: 'soft small', role: 'status' }),
      empty: h('div', {}),
      list: h('div', { class: 'stack', 'data-testid': 'alerts' }),
      filter: filterBox('alerts-filter', 'Filter alerts', text => { set('q', text); render(); }),
      choice: choice('Which alerts', CHOICES, settings.show, key => { set('show', key); render(); }),
    };
    root.append(h('div', { class: 'toolbar' }, parts.filter, parts.choice, parts.summary), parts.empty, parts.list);
  },

  show(_, params) {
    read(params);
    parts.filter.value = settings.q;
    parts.choice.select(settings.show);
    render();
  },

  update(topics) {
    if (['alerts', 'config', 'me', 'hosts', 'tick'].some(t => topics.has(t))) render();
  },
};

function render() {
  if (!parts) return;
  const [active, inhibited, acknowledged] = [activeAlerts(), inhibitedAlerts(), acknowledgedAlerts()];
  const shown = { acknowledged: [acknowledged], all: [active, inhibited, acknowledged] }[settings.show] ?? [active, inhibited];
  const list = shown.flat().filter(matches);
  const figures = [`${active.length} active`, inhibited.length ? `${inhibited.length} inhibited` : null, `${acknowledged.length} acknowledged`];
  setText(parts.summary, state.alerts ? figures.filter(Boolean).join(', ') : '');
  const error = state.alertsError;
  const noticeKey = error ? error.message : !state.alerts ? 'loading' : list.length ? '' : `none ${settings.show} ${settings.q}`;
  if (parts.empty.dataset.noticeKey !== noticeKey) {
    parts.empty.dataset.noticeKey = noticeKey;
    fill(parts.empty, error ? errorNotice('Alerts', error, refreshNow)
      : !state.alerts ? loading('alerts')
      : list.length ? null
      : settings.q ? notice('empty', 'No alert matches', 'Change the filter.')
      : settings.show === 'acknowledged' ? notice('empty', 'No acknowledged alerts')
      : notice('empty', 'No active alerts', 'Alertmanager reports none.'));
  }
  const key = a => `${a.id} ${a.acknowledged} ${a.inhibited} ${a.silence?.exact} ${state.config?.grafana_url} ${hasScope('control')}`;
  keyed(parts.list, list, key, alertCard);
}

function matches(a) {
  const text = [a.type, a.name, a.severity, alertSubject(a), a.message, a.description].join(' ').toLowerCase();
  return settings.q.split(/\s+/).every(word => text.includes(word));
}

/** The runbook of this version for the project's own alerts; for others the URL they carry. */
function runbookUrl(alert) {
  const name = alert.name ?? alert.type;
  if (/^Fleet[A-Za-z0-9]+$/.test(name ?? '')) return `/docs/runbook#${name.toLowerCase()}`;
  return /^https?:\/\//.test(alert.runbook_url ?? '') ? alert.runbook_url : null;
}

/** The Grafana dashboard of the alert's host; null without grafana_url. */
function dashboardUrl(alert) {
  const grafana = state.config?.grafana_url;
  return /^https?:\/\//.test(grafana ?? '')
    ? `${grafana.replace(/\/+$/, '')}/d/fleet-${alert.host ? `host?var-host=${encodeURIComponent(alert.host)}` : 'alerts'}`
    : null;
}

function actionButton(alert) {
  if (!alert.acknowledged) return createButton('Acknowledge', 'alert-ack', () => acknowledge(alert));
  if (alert.silence?.exact === false) return null;
  return createButton('End acknowledgement', 'alert-unack', () => endAcknowledgement(alert));
}

function silenceText(a) {
  if (a.silence) {
    const comment = a.silence.comment ? `: ${sanitize(a.silence.comment, 300)}` : '';
    const note = a.silence.exact === false ? '. The silence covers more than this alert; expire it in Alertmanager.' : '';
    return `Acknowledged by ${sanitize(a.silence.by, 60)} until ${timestamp(a.silence.until)}${comment}${note}`;
  }
  if (a.acknowledged) return 'Acknowledged';
  return a.inhibited ? 'Inhibited: a more severe alert about the same subject is active, so Alertmanager sends no notifications for this one.' : '';
}

function alertCard(first) {
  const severity = pill('alert-severity');
  const [message, detail, since, subjectLinks, silence] = [
    h('bdi', {}),
    h('p', { class: 'soft break' }),
    h('span', { class: 'soft small' }),
    h('span', { class: 'row small' }),
    h('p', { class: 'small' }),
  ];
  const [runbookLink, dashboardLink] = [runbookUrl(first), dashboardUrl(first)];
  const node = h(
    'article',
    { class: `card tone ${first.acknowledged || first.inhibited ? '' : severityTone(first)}`, 'data-testid': 'alert', 'data-alert': first.id },
    h(
      'div',
      { class: 'row' },
      severity.node,
      h('strong', {}, message),
      h('span', { class: 'end row' }, since, hasScope('control') ? actionButton(first) : null),
    ),
    detail,
    silence,
    h(
      'div',
      { class: 'row small' },
      h('code', {}, sanitize(first.name ?? first.type, 80)),
      subjectLinks,
      runbookLink ? h('a', { href: runbookLink, 'data-testid': 'alert-runbook' }, 'Runbook') : null,
      dashboardLink ? h('a', { href: dashboardLink, 'data-testid': 'alert-grafana' }, 'Grafana') : null,
    ),
  );
  return { node, update(a) {
    severity.set(severityTone(a) === 'bad' ? 'error' : severityTone(a) === 'warn' ? 'degraded' : '', a.severity || 'alert');
    setText(message, sanitize(a.message || a.type, 300));
    setText(detail, sanitize(a.description ?? '', 500));
    detail.hidden = !a.description;
    setText(since, `for ${age(a.created)}`);
    since.title = timestamp(a.created);
    setText(silence, silenceText(a));
    silence.hidden = !silence.textContent;
    const linksKey = `${a.host} ${a.session} ${state.hosts.has(a.host)}`;
    if (subjectLinks.renderedKey === linksKey) return;
    subjectLinks.renderedKey = linksKey;
    const session = a.labels?.user ? qualifiedId({ host: a.host, user: a.labels.user, name: a.session }) : `${a.host}:${a.session}`;
    fill(subjectLinks,
      !a.host ? null : state.hosts.has(a.host) ? h('a', { href: hrefOf('hosts', a.host) }, remoteText(a.host, 80)) : remoteText(a.host, 80),
      a.session ? h('a', { href: hrefOf('sessions', session) }, remoteText(a.session, 80)) : null);
  } };
}
