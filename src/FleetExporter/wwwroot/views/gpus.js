// All GPUs of the fleet in one table: how each is used, by whom, and which are free.
import { now } from '../core/clock.js';
import { createButton, fill, h, keyed, setClass, setText } from '../core/dom.js';
import { ABSENT, age, celsius, isNumber, mebibytes, percent, plural, watts } from '../core/format.js';
import { hrefOf, viewSettings } from '../core/router.js';
import { hosts, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { threshold } from '../core/thresholds.js';
import { choice, filterBox, loadingKey, loadingOrError, notice, pill } from '../core/ui.js';

const CHOICES = { all: 'All', free: 'Free', used: 'In use', idle: 'Held idle' };
const descending = value => (a, b) => (value(b) ?? -1) - (value(a) ?? -1);
const SORT_ORDERS = {
  host: ['host', () => 0],
  utilization: ['utilisation', descending(row => row.gpu.utilization_percent)],
  memory: ['memory', descending(row => row.gpu.memory_used_mb)],
  temperature: ['temperature', descending(row => row.gpu.temperature_c)],
  power: ['power', descending(row => row.gpu.power_draw_watts)],
  idle: ['longest held idle', (a, b) => (Date.parse(a.gpu.use?.held_idle_since) || Infinity) - (Date.parse(b.gpu.use?.held_idle_since) || Infinity)],
};
const GROUPS = {
  none: ['no groups', () => ''],
  host: ['by host', row => row.host.hostname],
  model: ['by model', row => row.gpu.name ?? 'unknown model'],
  user: ['by user', row => whoOf(row.gpu) || 'nobody'],
};
const NOT_FREE = {
  host_offline: 'host offline',
  released: 'released',
  lost: 'lost',
  unknown: 'unknown',
  processes: 'in use',
  memory: 'memory in use',
  utilization: 'in use',
  recently_used: 'just used',
};
const PAGE_SIZE = 200;

const { settings, read, set } = viewSettings({ q: '', show: 'all', order: 'host', group: 'none' });

let parts;
let limit = PAGE_SIZE;

const select = (testid, label, options, name) => h(
  'select',
  { 'data-testid': testid, 'aria-label': label, on: { change: event => { set(name, event.target.value); render(); } } },
  Object.entries(options).map(([key, [name]]) => h('option', { value: key }, testid === 'gpus-sort' ? `by ${name}` : name)),
);

export const view = {
  mount(root) {
    parts = {
      summary: h('p', { class: 'soft small', role: 'status', 'data-testid': 'gpus-count' }),
      body: h('tbody'),
      empty: h('div', {}),
      more: createButton('Show more', 'gpus-more', () => { limit += PAGE_SIZE; render(); }),
      filter: filterBox('gpus-filter', 'Filter GPUs', text => { set('q', text); render(); }),
      choice: choice('Which GPUs', CHOICES, settings.show, key => { set('show', key); render(); }),
      order: select('gpus-sort', 'Order', SORT_ORDERS, 'order'),
      group: select('gpus-group', 'Groups', GROUPS, 'group'),
    };
    const headings = ['GPU', 'State', 'Use', 'Memory', 'Temperature', 'Power', 'Who', 'Held idle'];
    parts.table = h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'table', 'data-testid': 'gpus' },
        h('thead', {}, h('tr', {}, headings.map((name, i) => h('th', { scope: 'col', class: i > 1 && i < 6 ? 'number' : null }, name)))),
        parts.body,
      ),
    );
    root.append(
      h('div', { class: 'toolbar' }, parts.filter, parts.choice, parts.order, parts.group, parts.summary),
      parts.empty,
      parts.table,
      parts.more,
    );
  },

  show(_, params) {
    read(params);
    [parts.filter.value, parts.order.value, parts.group.value] = [settings.q, settings.order, settings.group];
    parts.choice.select(settings.show);
    render();
  },

  update(topics) {
    if (['hosts', 'config', 'tick'].some(t => topics.has(t))) render();
  },
};

const byName = (a, b) => a.host.hostname.localeCompare(b.host.hostname, 'en', { numeric: true }) || (a.gpu.index ?? 0) - (b.gpu.index ?? 0);

function render() {
  if (!parts) return;
  const all = hosts().flatMap(host => (host.gpus ?? []).map(gpu => ({ host, gpu }))).sort(byName);
  const list = all.filter(matches).sort((SORT_ORDERS[settings.order] ?? SORT_ORDERS.host)[1]);
  const groupOf = (GROUPS[settings.group] ?? GROUPS.none)[1];
  if (settings.group !== 'none') list.sort((a, b) => groupOf(a).localeCompare(groupOf(b), 'en', { numeric: true }));
  const shown = list.slice(0, limit);
  const free = all.filter(row => row.gpu.use?.free).length;
  const total = `${plural(all.length, 'GPU')}, ${free} free`;
  setText(parts.summary, list.length === all.length ? total : `${list.length} of ${total}`);
  parts.table.hidden = shown.length === 0;
  parts.more.hidden = list.length <= limit;
  showNotice(all.length, shown.length);
  keyed(parts.body, withHeadings(shown, list, groupOf), row => row.key, row => (row.heading === undefined ? gpuRow(row) : headingRow(row)));
}

function showNotice(all, shown) {
  const noticeKey = !state.hostsAt ? loadingKey() : shown ? '' : `none ${all > 0}`;
  if (parts.empty.dataset.noticeKey === noticeKey) return;
  parts.empty.dataset.noticeKey = noticeKey; // an unchanged notice stays: screen readers repeat new elements
  fill(parts.empty, !state.hostsAt ? loadingOrError('GPUs')
    : shown ? null
    : all ? notice('empty', 'No GPU matches', 'Change the filter.')
    : notice('empty', 'No GPUs', 'No reachable host has one.'));
}

/** The shown rows with a key each, and before each group its name and its size among all that match. */
function withHeadings(shown, list, groupOf) {
  const sizes = new Map();
  for (const row of list) sizes.set(groupOf(row), (sizes.get(groupOf(row)) ?? 0) + 1);
  return shown.flatMap((row, i) => {
    const heading = groupOf(row);
    const item = { ...row, key: `${row.host.hostname}/${row.gpu.index}/${row.gpu.uuid}` };
    const isFirst = settings.group !== 'none' && (i === 0 || groupOf(shown[i - 1]) !== heading);
    return isFirst ? [{ key: `group ${heading}`, heading, size: sizes.get(heading) }, item] : [item];
  });
}

const whoOf = gpu => [...new Set((gpu.processes ?? []).map(p => p.user).filter(Boolean))].sort().join(', ');

const containersOf = gpu =>
  [...new Set((gpu.processes ?? []).map(p => p.container && (p.container.name ?? p.container.id)).filter(Boolean))].sort().join(', ');

/** Only after a while: a pause between two batches is no waste. */
const isHeldIdle = gpu => now() - Date.parse(gpu.use?.held_idle_since) >= threshold('gpu_held_idle_seconds', 1800) * 1000;

function matches({ host, gpu }) {
  if (settings.show === 'free' && !gpu.use?.free) return false;
  if (settings.show === 'used' && !gpu.processes?.length && gpu.use?.not_free !== 'utilization') return false;
  if (settings.show === 'idle' && !isHeldIdle(gpu)) return false;
  const labels = Object.entries(host.labels ?? {}).flat();
  const text = [host.hostname, gpu.index, gpu.name, gpu.uuid, whoOf(gpu), containersOf(gpu), NOT_FREE[gpu.use?.not_free] ?? 'free', ...labels]
    .join(' ')
    .toLowerCase();
  return settings.q.split(/\s+/).every(word => text.includes(word));
}

function headingRow() {
  const cell = h('th', { scope: 'colgroup', colspan: 8 });
  const node = h('tr', { class: 'group', 'data-testid': 'gpu-group' }, cell);
  return { node, update: ({ heading, size }) => setText(cell, `${sanitize(heading, 80)} · ${plural(size, 'GPU')}`) };
}

function gpuRow({ host, gpu: first }) {
  const status = pill('gpu-state');
  const cells = Object.fromEntries(
    [['use', 'Use'], ['memory', 'Memory'], ['temperature', 'Temperature'], ['power', 'Power']]
      .map(([key, name]) => [key, h('td', { class: 'number', 'data-name': name, 'data-testid': `gpu-${key}` })]),
  );
  const who = h('td', { 'data-name': 'Who', 'data-testid': 'gpu-who' });
  const idle = h('td', { 'data-name': 'Held idle', 'data-testid': 'gpu-idle' });
  const node = h(
    'tr',
    { 'data-testid': 'gpu-line', 'data-gpu': `${host.hostname}/${first.index}` },
    h(
      'td',
      {},
      h('a', { href: hrefOf('hosts', host.hostname, { of: `gpu:${host.hostname}/${first.index}` }) }, remoteText(host.hostname, 60)),
      ` ${first.index ?? '?'} `,
      h('span', { class: 'soft small' }, remoteText(first.name ?? 'GPU', 60)),
    ),
    h('td', {}, status.node),
    Object.values(cells),
    who,
    idle,
  );
  return { node, update({ gpu }) {
    const { free, not_free: notFree, available_since: availableSince, held_idle_since: heldIdleSince } = gpu.use ?? {};
    const isFaulty = notFree === 'lost' || notFree === 'host_offline';
    const word = free ? `free for ${age(availableSince)}` : isHeldIdle(gpu) ? 'held idle' : NOT_FREE[notFree] ?? 'unknown';
    status.set(free ? 'ok' : isFaulty ? 'error' : isHeldIdle(gpu) ? 'degraded' : '', word);
    const limit = gpu.temperature_limit_c ?? threshold('gpu_temperature_critical_celsius', 90);
    setText(cells.use, percent(gpu.utilization_percent));
    setText(cells.memory, isNumber(gpu.memory_used_mb) ? `${mebibytes(gpu.memory_used_mb)} / ${mebibytes(gpu.memory_total_mb)}` : ABSENT);
    setText(cells.temperature, isNumber(gpu.temperature_c) ? `${gpu.temperature_c.toFixed(0)} / ${celsius(limit)}` : ABSENT);
    setClass(cells.temperature, 'bad', gpu.temperature_c >= limit);
    setText(cells.power, isNumber(gpu.power_limit_watts) && isNumber(gpu.power_draw_watts)
      ? `${gpu.power_draw_watts.toFixed(0)} / ${watts(gpu.power_limit_watts)}`
      : watts(gpu.power_draw_watts));
    const [users, containers] = [whoOf(gpu), containersOf(gpu)];
    setText(who, sanitize([users, containers && `in ${containers}`].filter(Boolean).join(' '), 120) || ABSENT);
    setText(idle, heldIdleSince ? age(heldIdleSince) : ABSENT);
  } };
}
