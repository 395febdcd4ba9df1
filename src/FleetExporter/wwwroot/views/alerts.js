// What fires, what is acknowledged and until when; the way to the runbook.
import { acknowledge, endAcknowledgement } from '../widgets/acknowledge.js';
import { acknowledgedAlerts, activeAlerts, inhibitedAlerts, severityTone, subject } from '../core/alertlist.js';
import { fill, h, keyed, setText } from '../core/dom.js';
import { age, at } from '../core/format.js';
import { wake } from '../core/live.js';
import { hrefOf } from '../core/router.js';
import { fullId } from '../widgets/sessionparts.js';
import { may, state } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { choice, filterBox, loading, notice, pill, problem } from '../core/ui.js';

const CHOICES = { active: 'Active', acknowledged: 'Acknowledged', all: 'All' };

let parts;
let filter = '';
let chosen = 'active';

export const view = {
  mount(root) {
    parts = {
      says: h('p', { class: 'soft small', role: 'status' }),
      empty: h('div', {}),
      list: h('div', { class: 'stack', 'data-testid': 'alerts' }),
    };
    root.append(
      h(
        'div',
        { class: 'toolbar' },
        filterBox('alerts-filter', 'Filter alerts', text => {
          filter = text;
          render();
        }),
        choice('Which alerts', CHOICES, chosen, key => {
          chosen = key;
          render();
        }),
        parts.says,
      ),
      parts.empty,
      parts.list,
    );
  },

  show: render,

  update(topics) {
    if (['alerts', 'config', 'me', 'hosts', 'tick'].some(t => topics.has(t))) render();
  },
};

function render() {
  if (!parts) return;
  const [active, hidden, acknowledged] = [activeAlerts(), inhibitedAlerts(), acknowledgedAlerts()];
  const list = (chosen === 'acknowledged' ? acknowledged : [...active, ...hidden, ...(chosen === 'all' ? acknowledged : [])]).filter(matches);
  const figures = [`${active.length} active`, hidden.length ? `${hidden.length} inhibited` : null, `${acknowledged.length} acknowledged`];
  setText(parts.says, state.alerts ? figures.filter(Boolean).join(', ') : '');
  const trouble = state.alertsProblem;
  const mark = trouble ? trouble.message : !state.alerts ? 'loading' : list.length ? '' : `none ${chosen} ${filter}`;
  if (parts.empty.dataset.mark !== mark) {
    parts.empty.dataset.mark = mark;
    fill(parts.empty, trouble ? problem('Alerts', trouble, wake)
      : !state.alerts ? loading('alerts')
      : list.length ? null
      : filter ? notice('empty', 'No alert matches', 'Change the filter.')
      : chosen === 'acknowledged' ? notice('empty', 'No acknowledged alerts')
      : notice('empty', 'No active alerts', 'Alertmanager reports none.'));
  }
  keyed(parts.list, list, a => `${a.id} ${a.acknowledged} ${a.inhibited} ${a.silence?.exact} ${state.config?.grafana_url} ${may('control')}`, card);
}

const matches = a =>
  !filter
  || filter.split(/\s+/).every(word => [a.type, a.name, a.severity, subject(a), a.message, a.description].join(' ').toLowerCase().includes(word));

/** The page of this very version; where the alert is not ours, its own. */
function runbook(alert) {
  const name = alert.name ?? alert.type;
  if (/^Fleet[A-Za-z0-9]+$/.test(name ?? '')) return `/docs/runbook#${name.toLowerCase()}`;
  return /^https?:\/\//.test(alert.runbook_url ?? '') ? alert.runbook_url : null;
}

/** The dashboard of its host, where there is a Grafana. */
function dashboard(alert) {
  const grafana = state.config?.grafana_url;
  return /^https?:\/\//.test(grafana ?? '')
    ? `${grafana.replace(/\/+$/, '')}/d/fleet-${alert.host ? `host?var-host=${encodeURIComponent(alert.host)}` : 'alerts'}`
    : null;
}

function action(alert) {
  if (!alert.acknowledged) return h('button', { type: 'button', 'data-testid': 'alert-ack', on: { click: () => acknowledge(alert) } }, 'Acknowledge');
  if (alert.silence?.exact === false) return null;
  return h('button', { type: 'button', 'data-testid': 'alert-unack', on: { click: () => endAcknowledgement(alert) } }, 'End acknowledgement');
}

function silenceText(a) {
  if (a.silence) {
    const comment = a.silence.comment ? `: ${clean(a.silence.comment, 300)}` : '';
    const wide = a.silence.exact === false ? '. The silence covers more than this alert; expire it in Alertmanager.' : '';
    return `Acknowledged by ${clean(a.silence.by, 60)} until ${at(a.silence.until)}${comment}${wide}`;
  }
  if (a.acknowledged) return 'Acknowledged';
  return a.inhibited ? 'Inhibited: a more severe alert about the same is active, so no notification is sent of this one.' : '';
}

function card(first) {
  const severity = pill('alert-severity');
  const [message, detail, when, where, silence] = [
    h('bdi', {}),
    h('p', { class: 'soft break' }),
    h('span', { class: 'soft small' }),
    h('span', { class: 'row small' }),
    h('p', { class: 'small' }),
  ];
  const [book, graphs] = [runbook(first), dashboard(first)];
  const node = h(
    'article',
    { class: `card tone ${first.acknowledged || first.inhibited ? '' : severityTone(first)}`, 'data-testid': 'alert', 'data-alert': first.id },
    h('div', { class: 'row' }, severity.node, h('strong', {}, message), h('span', { class: 'end row' }, when, may('control') ? action(first) : null)),
    detail,
    silence,
    h(
      'div',
      { class: 'row small' },
      h('code', {}, clean(first.name ?? first.type, 80)),
      where,
      book ? h('a', { href: book, 'data-testid': 'alert-runbook' }, 'Runbook') : null,
      graphs ? h('a', { href: graphs, 'data-testid': 'alert-grafana' }, 'Grafana') : null,
    ),
  );
  return { node, update(a) {
    severity.set(severityTone(a) === 'bad' ? 'error' : severityTone(a) === 'warn' ? 'degraded' : '', a.severity || 'alert');
    setText(message, clean(a.message || a.type, 300));
    setText(detail, clean(a.description ?? '', 500));
    detail.hidden = !a.description;
    setText(when, `for ${age(a.created)}`);
    when.title = at(a.created);
    setText(silence, silenceText(a));
    silence.hidden = !silence.textContent;
    const mark = `${a.host} ${a.session} ${state.hosts.has(a.host)}`;
    if (where.mark === mark) return;
    where.mark = mark;
    const session = a.labels?.user ? fullId({ host: a.host, user: a.labels.user, name: a.session }) : `${a.host}:${a.session}`;
    fill(where,
      !a.host ? null : state.hosts.has(a.host) ? h('a', { href: hrefOf('hosts', a.host) }, remote(a.host, 80)) : remote(a.host, 80),
      a.session ? h('a', { href: hrefOf('sessions', session) }, remote(a.session, 80)) : null);
  } };
}
