// All hosts, those with problems first; #hosts/NAME shows one.
import { connectionOf, idleConnections, loadConnections } from '../core/connections.js';
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { plural } from '../core/format.js';
import { hrefOf, viewSettings } from '../core/router.js';
import { countHosts, hasScope, hosts, state } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { choice, filterBox, loadingKey, loadingOrError, notice } from '../core/ui.js';
import { hostCard } from '../widgets/hostcard.js';
import { addHost, idleHost } from '../widgets/hostforms.js';
import { importHosts } from '../widgets/importhosts.js';
import { startPage } from '../widgets/startpage.js';
import { hostPage } from './hostpage.js';

const STATUS_RANK = { offline: 0, degraded: 1, online: 2 };
const CHOICES = { all: 'All', problems: 'With problems', gpu: 'With GPUs' };

let parts;
let hostName = '';
let hostParams;
let visibilityObserver;
const { settings, read, set } = viewSettings({ q: '', show: 'all' });

export const view = {
  mount(root) {
    parts = {
      grid: h('div', { class: 'hosts', 'data-testid': 'hosts' }),
      summary: h('p', { class: 'soft small', role: 'status', 'data-testid': 'hosts-count' }),
      empty: h('div', {}),
      single: h('div', { class: 'single' }),
      filter: filterBox('hosts-filter', 'Filter hosts', text => { set('q', text); render(); }),
      choice: choice('Which hosts', CHOICES, settings.show, key => { set('show', key); render(); }),
      idle: h('ul', { class: 'plain-list card', 'data-testid': 'hosts-idle', 'aria-label': 'Not watched', hidden: true }),
      add: h(
        'span',
        { class: 'row end' },
        createButton('Add a host', 'host-add', () => addHost(refresh), { class: 'primary' }),
        createButton('Import', 'hosts-import', () => importHosts(refresh)),
        h('a', { class: 'button', href: '/api/export', download: 'fleet.yml', 'data-testid': 'hosts-export' }, 'Export'),
      ),
    };
    parts.toolbar = h('div', { class: 'toolbar' }, parts.filter, parts.choice, parts.summary, parts.add);
    parts.back = h('p', { class: 'toolbar' }, h('a', { href: hrefOf('hosts'), 'data-testid': 'hosts-back' }, '← All hosts'));
    root.append(parts.toolbar, parts.back, parts.empty, parts.single, parts.grid, parts.idle);
    visibilityObserver = new IntersectionObserver(entries => {
      for (const entry of entries) entry.target.card?.[entry.isIntersecting ? 'attachBody' : 'detachBody']();
    }, { rootMargin: '500px 0px' });
  },

  show(argument, params) {
    parts.single.replaceChildren();
    parts.single.keyedParts = undefined; // the page of a host is made anew, with the settings of the address
    [hostName, hostParams] = [argument, params];
    if (!hostName) {
      read(params);
      parts.filter.value = settings.q;
      parts.choice.select(settings.show);
    }
    refresh();
  },

  update(topics) {
    if (topics.has('me')) refresh();
    else if (['hosts', 'config', 'tick', 'connection', 'alerts'].some(t => topics.has(t))) render();
  },
};

/** Draws at once, and again when the connections are loaded: without them only the policies of fleet.yml are known. */
function refresh() {
  render();
  loadConnections().then(render, () => {});
}

function render() {
  if (!parts) return;
  parts.toolbar.hidden = parts.grid.hidden = Boolean(hostName);
  parts.back.hidden = parts.single.hidden = !hostName;
  if (!state.hostsAt) return showNotice(loadingKey(), () => loadingOrError('hosts'));
  parts.add.hidden = !hasScope('admin');
  const idle = hostName ? [] : idleConnections();
  parts.idle.hidden = !idle.length || !hasScope('control');
  keyed(parts.idle, idle, c => `${c.id} ${c.is_active} ${hasScope('admin')}`, c => idleHost(c, refresh));
  if (hostName) return renderHost();
  const list = hosts().filter(matches).sort(worstFirst);
  const { total, answering, degraded, offline } = countHosts();
  const states = `${plural(total, 'host')}: ${answering} answering, ${degraded} degraded, ${offline} offline`;
  setText(parts.summary, list.length < total ? `${list.length} of ${plural(total, 'host')}` : states);
  showNotice(list.length ? '' : state.hosts.size ? 'no match' : `none ${JSON.stringify(state.me)}`, () => (state.hosts.size
    ? notice('empty', 'No host matches', 'Change the filter.')
    : startPage(refresh)));
  keyed(parts.grid, list, x => x.hostname, x => {
    const card = hostCard(x);
    card.node.card = card;
    visibilityObserver.observe(card.node);
    return { ...card, dispose: () => visibilityObserver.unobserve(card.node) };
  });
}

const worstFirst = (a, b) =>
  (STATUS_RANK[a.status] ?? 1) - (STATUS_RANK[b.status] ?? 1)
  || b.gpus_lost - a.gpus_lost
  || a.hostname.localeCompare(b.hostname, 'en', { numeric: true });

/** Shows a notice instead of hosts; keeps an unchanged one, because screen readers repeat new elements. */
function showNotice(noticeKey, createNotice) {
  if (parts.empty.dataset.noticeKey === noticeKey) return;
  parts.empty.dataset.noticeKey = noticeKey;
  fill(parts.empty, noticeKey ? createNotice() : null);
}

function renderHost() {
  const host = state.hosts.get(hostName);
  const connection = connectionOf(hostName);
  showNotice(host ? '' : `no ${hostName} ${connection?.is_active}`, () => (!connection ? notice('error', 'Unknown host', sanitize(hostName, 100))
    : connection.is_active ? notice('loading', 'Waiting for its first values', sanitize(hostName, 100))
    : notice('empty', 'Not watched', null, h('ul', { class: 'plain-list' }, idleHost(connection, refresh).node))));
  keyed(parts.single, host ? [host] : [], x => x.hostname, x => hostPage(x.hostname, hostParams));
}

function matches(host) {
  if (settings.show === 'problems' && host.status === 'online') return false;
  if (settings.show === 'gpu' && !host.has_gpu) return false;
  if (!settings.q) return true;
  const text = [
    host.hostname,
    host.address,
    host.status,
    host.reason,
    host.model,
    host.os,
    ...Object.entries(host.labels ?? {}).flat(),
    ...(host.gpus ?? []).map(g => g.name),
    ...(host.sessions ?? []).map(s => s.name),
  ]
    .join(' ')
    .toLowerCase();
  return settings.q.split(/\s+/).every(word => text.includes(word));
}
