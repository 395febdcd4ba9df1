// Services, model servers, gateways and tunnels; #targets/KIND/NAME shows one.
import { getAll } from '../core/api.js';
import { now } from '../core/clock.js';
import { createButton, fill, h, setText } from '../core/dom.js';
import { age, isNumber, milliseconds, plural } from '../core/format.js';
import { hrefOf, viewSettings } from '../core/router.js';
import { hasScope, isConnected, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { choice, errorNotice, filterBox, loading, notice, pill, toneRank } from '../core/ui.js';
import { dataTable } from '../widgets/table.js';
import { addTarget, kindName } from '../widgets/targetforms.js';
import { targetPage } from './targetpage.js';

const CHOICES = { all: 'All', problems: 'With problems', service: 'Services', provider: 'Model servers', gateway: 'Gateways', tunnel: 'Tunnels' };
const POLL_INTERVAL_MS = 5000;
const ORDERS = {
  state: ['state', (a, b) => toneRank(a.state) - toneRank(b.state)],
  name: ['name', () => 0],
  latency: ['latency', (a, b) => (b.latency_ms ?? -1) - (a.latency_ms ?? -1)],
  certificate: ['certificate', (a, b) => (Date.parse(a.certificate_expires_at) || Infinity) - (Date.parse(b.certificate_expires_at) || Infinity)],
};
const { settings, read, set } = viewSettings({ q: '', show: 'all', order: 'state' });

let parts;
let targets = null;
let loadError = null;
let timer = null;
let single = null;

/** Of two targets with one name, that of fleet.yml has the name, and the other one is reached by its id. */
const keyOf = t => (t.idle && t.id ? t.id : t.name);

/** Days until a certificate ends; null without one. */
export const certificateDays = time => (time ? Math.floor((Date.parse(time) - now()) / 86400e3) : null);

function certificateText({ certificate_expires_at: end }) {
  const days = certificateDays(end);
  return days === null ? '' : days < 0 ? 'expired' : plural(days, 'day');
}

const statePill = first => {
  const status = pill('target-state');
  const isIdle = first.is_active === false || first.idle;
  status.set(isIdle ? '' : first.state, first.is_active === false ? 'disconnected' : first.state ?? 'not polled yet');
  return status.node;
};

export const view = {
  mount(root) {
    const link = t => h('a', { href: hrefOf('targets', `${t.kind}/${keyOf(t)}`), 'data-testid': 'target-link' }, remoteText(t.name, 80));
    parts = {
      filter: filterBox('targets-filter', 'Filter targets', text => { set('q', text); render(); }),
      choice: choice('Which targets', CHOICES, settings.show, key => { set('show', key); render(); }),
      order: h(
        'select',
        { 'data-testid': 'targets-order', 'aria-label': 'Order', on: { change: () => { set('order', parts.order.value); render(); } } },
        Object.entries(ORDERS).map(([key, [name]]) => h('option', { value: key }, `by ${name}`)),
      ),
      summary: h('p', { class: 'soft small', role: 'status', 'data-testid': 'targets-count' }),
      add: createButton('Add', 'target-add', () => addTarget(load), { class: 'primary end' }),
      empty: h('div', {}),
      single: h('div', {}),
      table: dataTable('targets', [
        ['Target', null, { node: link, wide: true }],
        ['Kind', t => kindName(t.kind)],
        ['Host', t => sanitize(t.host, 60)],
        ['State', null, { node: statePill }],
        ['Reason', t => sanitize(t.idle ?? (t.state === 'ok' ? '' : t.reason ?? ''), 200), { wide: true }],
        ['Latency', t => (isNumber(t.latency_ms) ? milliseconds(t.latency_ms) : ''), { number: true }],
        ['Certificate', certificateText, { number: true, tone: t => (certificateDays(t.certificate_expires_at) ?? 99) < 14 ? 'bad' : '' }],
        ['In this state', t => (t.since ? age(t.since) : ''), { number: true }],
      ], t => `${t.kind}/${t.name} ${t.state} ${t.is_active} ${t.idle}`, 'target'),
    };
    parts.toolbar = h('div', { class: 'toolbar' }, parts.filter, parts.choice, parts.order, parts.summary, parts.add);
    parts.back = h('p', { class: 'toolbar' }, h('a', { href: hrefOf('targets'), 'data-testid': 'targets-back' }, '← All targets'));
    root.append(parts.toolbar, parts.back, parts.empty, parts.single, parts.table.node);
  },

  show(argument, params) {
    const [kind, name] = argument.split(/\/(.*)/s);
    single?.dispose();
    single = name ? targetPage(kind, name, params, load) : null;
    fill(parts.single, single?.node);
    if (!single) {
      read(params);
      [parts.filter.value, parts.order.value] = [settings.q, settings.order];
      parts.choice.select(settings.show);
    }
    clearInterval(timer);
    timer = setInterval(() => { if (!document.hidden && state.me !== null && state.connection !== 'lost') load(); }, POLL_INTERVAL_MS);
    render();
    load();
  },

  hide() {
    clearInterval(timer);
    single?.dispose();
    single = null;
  },

  update(topics) {
    if (topics.has('me') || (topics.has('connection') && isConnected())) load();
    if (topics.has('alerts') || topics.has('tick')) render();
  },
};

async function load() {
  if (single) return single.update();
  try {
    targets = await getAll('/api/targets');
    loadError = null;
  } catch (error) {
    if (error.status !== 0) loadError = error;
  }
  render();
  return undefined;
}

function matches(t) {
  if (settings.show === 'problems' ? t.state === 'ok' : settings.show !== 'all' && t.kind !== settings.show) return false;
  const text = [t.kind, t.name, t.host, t.state, t.reason, ...Object.values(t.settings ?? {})].join(' ').toLowerCase();
  return settings.q.split(/\s+/).every(word => text.includes(word));
}

function render() {
  if (!parts) return;
  parts.toolbar.hidden = Boolean(single);
  parts.back.hidden = parts.single.hidden = !single;
  parts.add.hidden = !hasScope('admin');
  const byName = (a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name, 'en', { numeric: true });
  const list = single ? [] : (targets ?? []).filter(matches).sort(byName).sort(ORDERS[settings.order]?.[1] ?? ORDERS.state[1]);
  parts.table.set(list);
  const failing = (targets ?? []).filter(t => t.state && t.state !== 'ok').length;
  setText(parts.summary, targets ? `${plural(targets.length, 'target')}, ${failing} with problems` : '');
  const noticeKey = single || list.length ? '' : loadError ? loadError.message : targets === null ? 'loading' : `none ${targets.length > 0}`;
  if (parts.empty.dataset.noticeKey === noticeKey) return;
  parts.empty.dataset.noticeKey = noticeKey;
  fill(parts.empty, !noticeKey ? null
    : loadError ? errorNotice('Targets', loadError, load)
    : targets === null ? loading('targets')
    : targets.length ? notice('empty', 'No target matches', 'Change the filter.')
    : notice('empty', 'No targets', 'Services, model servers, gateways and tunnels are added here by an admin, or in fleet.yml.'));
}
