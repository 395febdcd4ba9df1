// All hosts, sick ones first, or one of them: #hosts/NAME.
import { loadConnections } from '../core/connections.js';
import { fill, h, keyed, setText } from '../core/dom.js';
import { count } from '../core/format.js';
import { hostCard } from '../widgets/hostcard.js';
import { hrefOf } from '../core/router.js';
import { change, hosts as all, state, tally } from '../core/store.js';
import { clean } from '../core/text.js';
import { choice, filterBox, notice, waiting, waitsFor } from '../core/ui.js';

const RANK = { offline: 0, degraded: 1, online: 2 };
const CHOICES = { all: 'All', sick: 'With problems', gpu: 'With GPUs' };

let parts;
let filter = '';
let chosen = 'all';
let one = '';
let watcher;

export const view = {
  mount(root) {
    parts = {
      grid: h('div', { class: 'hosts', 'data-testid': 'hosts' }),
      says: h('p', { class: 'soft small', role: 'status', 'data-testid': 'hosts-count' }),
      empty: h('div', {}),
      single: h('div', { class: 'single' }),
    };
    parts.toolbar = h(
      'div',
      { class: 'toolbar' },
      filterBox('hosts-filter', 'Filter hosts', text => {
        filter = text;
        render();
      }),
      choice('Which hosts', CHOICES, chosen, key => {
        chosen = key;
        render();
      }),
      parts.says,
    );
    parts.back = h('p', { class: 'toolbar' }, h('a', { href: hrefOf('hosts'), 'data-testid': 'hosts-back' }, '← All hosts'));
    root.append(parts.toolbar, parts.back, parts.empty, parts.single, parts.grid);
    watcher = new IntersectionObserver(entries => {
      for (const entry of entries) entry.target.card?.[entry.isIntersecting ? 'near' : 'far']();
    }, { rootMargin: '500px 0px' });
  },

  show(argument) {
    one = argument;
    render();
    if (one) loadConnections().then(refresh, () => {}); // what fleet.yml says of its hosts is known without
  },

  update(topics) {
    if (['hosts', 'config', 'tick', 'me', 'connection'].some(t => topics.has(t))) render();
  },
};

/** Shows the host again, though nothing came of it. */
function refresh() {
  const host = state.hosts.get(one);
  if (host) change('hosts', s => s.hosts.set(one, { ...host }));
}

function render() {
  if (!parts) return;
  parts.toolbar.hidden = parts.grid.hidden = Boolean(one);
  parts.back.hidden = parts.single.hidden = !one;
  if (!state.hostsAt) return say(waitsFor(), () => waiting('hosts'));
  if (one) return renderOne();
  const list = all()
    .filter(matches)
    .sort(
      (a, b) =>
        (RANK[a.status] ?? 1) - (RANK[b.status] ?? 1) || b.gpus_lost - a.gpus_lost || a.hostname.localeCompare(b.hostname, 'en', { numeric: true }),
    );
  const { total, answering, degraded, offline } = tally();
  const states = `${count(total, 'host')}: ${answering} answering, ${degraded} degraded, ${offline} offline`;
  setText(parts.says, list.length < total ? `${list.length} of ${count(total, 'host')}` : states);
  say(list.length ? '' : state.hosts.size ? 'no match' : 'none', () => (state.hosts.size
    ? notice('empty', 'No host matches', 'Change the filter.')
    : notice('empty', 'No hosts', 'Add hosts to fleet.yml, or connections through the API.')));
  keyed(parts.grid, list, x => x.hostname, x => {
    const card = hostCard(x, false);
    card.node.card = card;
    watcher.observe(card.node);
    return { ...card, drop: () => watcher.unobserve(card.node) };
  });
}

/** Says something in place of hosts, once: a screen reader repeats what is made anew. */
function say(mark, make) {
  if (parts.empty.dataset.mark === mark) return;
  parts.empty.dataset.mark = mark;
  fill(parts.empty, mark ? make() : null);
}

function renderOne() {
  const host = state.hosts.get(one);
  say(host ? '' : `no ${one}`, () => notice('error', 'There is no such host', clean(one, 100)));
  keyed(parts.single, host ? [host] : [], x => x.hostname, x => {
    const card = hostCard(x, true);
    card.near();
    return card;
  });
}

function matches(host) {
  if (chosen === 'sick' && host.status === 'online') return false;
  if (chosen === 'gpu' && !host.has_gpu) return false;
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
