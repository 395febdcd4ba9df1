// All hosts, those with problems first; #hosts/NAME shows one.
import { loadConnections } from '../core/connections.js';
import { fill, h, keyed, setText } from '../core/dom.js';
import { plural } from '../core/format.js';
import { hostCard } from '../widgets/hostcard.js';
import { hrefOf } from '../core/router.js';
import { change, countHosts, hosts, state } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { choice, filterBox, loadingKey, loadingOrError, notice } from '../core/ui.js';

const STATUS_RANK = { offline: 0, degraded: 1, online: 2 };
const CHOICES = { all: 'All', problems: 'With problems', gpu: 'With GPUs' };

let parts;
let filter = '';
let selected = 'all';
let hostName = '';
let visibilityObserver;

export const view = {
  mount(root) {
    parts = {
      grid: h('div', { class: 'hosts', 'data-testid': 'hosts' }),
      summary: h('p', { class: 'soft small', role: 'status', 'data-testid': 'hosts-count' }),
      empty: h('div', {}),
      single: h('div', { class: 'single' }),
    };
    parts.toolbar = h(
      'div',
      { class: 'toolbar' },
      filterBox('hosts-filter', 'Filter hosts', text => { filter = text; render(); }),
      choice('Which hosts', CHOICES, selected, key => { selected = key; render(); }),
      parts.summary,
    );
    parts.back = h('p', { class: 'toolbar' }, h('a', { href: hrefOf('hosts'), 'data-testid': 'hosts-back' }, '← All hosts'));
    root.append(parts.toolbar, parts.back, parts.empty, parts.single, parts.grid);
    visibilityObserver = new IntersectionObserver(entries => {
      for (const entry of entries) entry.target.card?.[entry.isIntersecting ? 'attachBody' : 'detachBody']();
    }, { rootMargin: '500px 0px' });
  },

  show(argument) {
    hostName = argument;
    render();
    if (hostName) loadConnections().then(redrawHost, () => {}); // without them, only the policies of fleet.yml are known
  },

  update(topics) {
    if (['hosts', 'config', 'tick', 'me', 'connection'].some(t => topics.has(t))) render();
  },
};

/** Redraws the host after its connection has been loaded. */
function redrawHost() {
  const host = state.hosts.get(hostName);
  if (host) change('hosts', s => s.hosts.set(hostName, { ...host }));
}

function render() {
  if (!parts) return;
  parts.toolbar.hidden = parts.grid.hidden = Boolean(hostName);
  parts.back.hidden = parts.single.hidden = !hostName;
  if (!state.hostsAt) return showNotice(loadingKey(), () => loadingOrError('hosts'));
  if (hostName) return renderHost();
  const list = hosts().filter(matches).sort(worstFirst);
  const { total, answering, degraded, offline } = countHosts();
  const states = `${plural(total, 'host')}: ${answering} answering, ${degraded} degraded, ${offline} offline`;
  setText(parts.summary, list.length < total ? `${list.length} of ${plural(total, 'host')}` : states);
  showNotice(list.length ? '' : state.hosts.size ? 'no match' : 'none', () => (state.hosts.size
    ? notice('empty', 'No host matches', 'Change the filter.')
    : notice('empty', 'No hosts', 'Add hosts to fleet.yml, or connections through the API.')));
  keyed(parts.grid, list, x => x.hostname, x => {
    const card = hostCard(x, false);
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
  showNotice(host ? '' : `no ${hostName}`, () => notice('error', 'Unknown host', sanitize(hostName, 100)));
  keyed(parts.single, host ? [host] : [], x => x.hostname, x => {
    const card = hostCard(x, true);
    card.attachBody();
    return card;
  });
}

function matches(host) {
  if (selected === 'problems' && host.status === 'online') return false;
  if (selected === 'gpu' && !host.has_gpu) return false;
  if (!filter) return true;
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
  return filter.split(/\s+/).every(word => text.includes(word));
}
