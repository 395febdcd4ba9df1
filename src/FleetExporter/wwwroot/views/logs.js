// The merged logs of the gateways, newest first, followed as they are written; the filters are in the address.
import { get } from '../core/api.js';
import { createButton, fill, h, keyed, setAttr, setText } from '../core/dom.js';
import { plural, timestamp } from '../core/format.js';
import { reasonText } from '../core/amounts.js';
import { logFeed } from '../core/feeds.js';
import { viewSettings } from '../core/router.js';
import { gatewayNames, isConnected, state } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { errorNotice, filterBox, loading, notice } from '../core/ui.js';
import { gatewaySelect, noGateway, select, whenTyped } from '../widgets/panel.js';
import { errorPanel, patternOf } from './logerrors.js';

const LEVELS = { '': 'all levels', info: 'info and worse', warn: 'warnings and errors', error: 'errors' };
const PAGE_SIZE = 100;
const MAX_LINES = 1000; // in the page
const TICK_MS = 1000;
const BATCH_MS = 250; // between two changes of the page while lines arrive

const { settings, read, set } = viewSettings({ gateway: '', level: '', subsystem: '', q: '', regex: '', follow: 'on' });

let parts;
let errors;
let lines = [];
let [cursor, loadError, isLoaded] = [null, null, false];
let [request, timer, batch] = [0, null, null];
let isFollowing = false;
const subsystems = new Set();
const feed = logFeed(() => `/api/monitoring/logs${query()}`, following => {
  isFollowing = following;
  showFollowing();
  if (following) load();
}, takeLine);
const reloadWhenTyped = whenTyped(() => reload());

const idOf = line => `${line.gateway} ${line.id} ${line.time}`; // numbers begin again when the service restarts

function query(more) {
  const filter = settings.regex ? { regex: settings.q } : { q: settings.q };
  const { gateway, level, subsystem } = settings;
  const params = new URLSearchParams(Object.entries({ gateway, level, subsystem, ...filter, ...more }).filter(([, value]) => value));
  return params.size ? `?${params}` : '';
}

export const view = {
  mount(root) {
    errors = errorPanel(more => query({ subsystem: '', q: '', regex: '', ...more }), showGroup);
    parts = {
      filter: filterBox('logs-filter', 'Filter the log', () => changed('q', parts.filter.value.trim())),
      regex: h('input', { type: 'checkbox', 'data-testid': 'logs-regex', on: { change: e => changed('regex', e.target.checked ? '1' : '') } }),
      fieldError: h('p', { class: 'bad small', id: 'logs-filter-error', 'data-testid': 'logs-filter-error', role: 'alert' }),
      level: select('logs-level', 'Level', LEVELS, value => changed('level', value)),
      subsystem: select('logs-subsystem', 'Subsystem', {}, value => changed('subsystem', value)),
      gateway: gatewaySelect('logs-gateway', name => { errors.reload(); changed('gateway', name); }),
      follow: createButton('', 'logs-follow', () => changed('follow', settings.follow === 'on' ? 'off' : 'on')),
      clear: createButton('Clear the filter', 'logs-clear', clear),
      summary: h('p', { class: 'soft small', role: 'status', 'data-testid': 'logs-count' }),
      missing: h('p', { class: 'warn small', 'data-testid': 'logs-missing' }),
      message: h('div', {}),
      list: h('ol', { class: 'log-lines', tabindex: 0, 'aria-label': 'Lines of the log, newest first', 'data-testid': 'log-lines' }),
      more: createButton('Show more', 'logs-more', () => load(true)),
      none: noGateway(),
    };
    setAttr(parts.filter, 'aria-describedby', 'logs-filter-error');
    parts.content = h('div', { class: 'stack' }, errors.node, h('section', { class: 'card stack', 'aria-label': 'Log' },
      h('div', { class: 'toolbar' }, h('h2', {}, 'Log'), parts.filter, h('label', { class: 'field' }, 'Regular expression', parts.regex),
        parts.level, parts.subsystem, parts.gateway.node, parts.follow, parts.clear),
      parts.fieldError, parts.summary, parts.missing, parts.message, parts.list, h('div', {}, parts.more)));
    root.append(parts.none, parts.content);
    document.addEventListener('visibilitychange', () => (document.hidden ? stopFollowing() : parts.isShown && reload()));
  },

  show(_, params) {
    read(params);
    parts.isShown = true;
    clearInterval(timer);
    timer = setInterval(() => {
      if (!document.hidden && state.me !== null && isConnected() && gatewayNames()?.length) errors.tick();
    }, TICK_MS);
    showControls();
    reload();
    if (gatewayNames()?.length !== 0) errors.reload();
  },

  hide() {
    parts.isShown = false;
    clearInterval(timer);
    clearTimeout(batch);
    batch = null;
    stopFollowing();
  },

  update(topics) {
    if (topics.has('overview')) showControls();
    if (topics.has('me') || (topics.has('connection') && isConnected() && !isLoaded)) reload();
  },
};

function changed(name, value) {
  set(name, value);
  showControls();
  if (name === 'q') reloadWhenTyped();
  else reload();
}

function showGroup(group) {
  Object.entries({ q: patternOf(group.signature), regex: '1', subsystem: group.subsystem, level: '' }).forEach(([name, value]) => set(name, value));
  subsystems.add(group.subsystem);
  showControls();
  reload();
  parts.list.scrollIntoView({ block: 'nearest' });
}

function clear() {
  for (const name of ['q', 'regex', 'subsystem', 'level', 'gateway']) set(name, '');
  showControls();
  reload();
  errors.reload();
}

/** Loads the newest lines, and follows them. */
async function reload() {
  if (state.me === null || gatewayNames()?.length === 0) return;
  stopFollowing();
  [lines, cursor, isLoaded] = [[], null, false];
  if (await load() && settings.follow === 'on' && parts.isShown && !document.hidden) feed.open();
}

/** @returns whether the lines were loaded. */
async function load(isMore = false) {
  const own = ++request;
  try {
    const page = await get(`/api/monitoring/logs${query({ limit: PAGE_SIZE, cursor: isMore ? cursor : '' })}`);
    if (own !== request) return false;
    const known = new Set(lines.map(idOf));
    const fresh = page.items.filter(line => !known.has(idOf(line)));
    const isGap = !isMore && fresh.length === page.items.length; // lines before these may be missing
    lines = isGap ? fresh : (isMore ? [...lines, ...fresh] : [...fresh, ...lines]).slice(0, MAX_LINES);
    if (isMore || isGap) cursor = page.next_cursor;
    [isLoaded, loadError] = [true, null];
    const gaps = page.sources.filter(s => s.reason).map(s => `${sanitize(s.gateway, 60)}: unknown, ${reasonText(s.reason)}`);
    setText(parts.missing, gaps.join(' · '));
  } catch (error) {
    if (own !== request || !(error.status >= 0)) return false;
    if (error.status === 0) return false;
    loadError = error;
  }
  render();
  return !loadError;
}

function takeLine(line) {
  if (lines.some(known => idOf(known) === idOf(line))) return;
  lines = [line, ...lines].slice(0, MAX_LINES);
  batch ??= setTimeout(() => {
    batch = null;
    render();
  }, BATCH_MS);
}

function render() {
  const fieldError = [loadError?.fields.regex ?? loadError?.fields.q ?? []].flat().join(' ');
  setText(parts.fieldError, sanitize(fieldError, 300));
  setAttr(parts.filter, 'aria-invalid', fieldError ? 'true' : null);
  for (const line of lines) if (subsystems.size < 100) subsystems.add(line.subsystem);
  showControls();
  parts.list.hidden = !lines.length || Boolean(loadError);
  parts.more.hidden = !cursor || lines.length >= MAX_LINES || Boolean(loadError);
  setText(parts.summary, isLoaded && !loadError ? `${plural(lines.length, 'line')}${cursor ? ', and more' : ''}` : '');
  keyed(parts.list, lines, idOf, lineItem);
  const noticeKey = fieldError ? 'field' : loadError ? loadError.message : !isLoaded ? 'loading' : lines.length ? '' : 'none';
  if (parts.message.dataset.noticeKey === noticeKey) return;
  parts.message.dataset.noticeKey = noticeKey;
  fill(parts.message, !noticeKey || fieldError ? null
    : loadError ? errorNotice('Logs', loadError, reload)
    : !isLoaded ? loading('the log')
    : notice('empty', 'No line', 'No line matches the filter.'));
}

function lineItem(line) {
  const several = (gatewayNames()?.length ?? 0) > 1;
  return { node: h('li', { 'data-testid': 'log-line', class: { error: 'bad', warn: 'warn', debug: 'soft' }[line.level] ?? null },
    h('time', { datetime: line.time }, timestamp(line.time)), h('span', { class: 'level' }, sanitize(line.level, 10)),
    h('bdi', { class: 'soft' }, sanitize(`${several ? `${line.gateway} ` : ''}${line.subsystem}`, 80)),
    h('bdi', { class: 'text' }, sanitize(line.text, 2000))) };
}

function showControls() {
  const names = gatewayNames();
  parts.none.hidden = names?.length !== 0;
  parts.content.hidden = names?.length === 0;
  parts.gateway.set(names ?? [], settings.gateway);
  if (document.activeElement !== parts.filter) parts.filter.value = settings.q;
  [parts.regex.checked, parts.level.value] = [settings.regex === '1', settings.level];
  const shown = ['', ...[...new Set([...subsystems, ...(settings.subsystem ? [settings.subsystem] : [])])].sort()];
  if (parts.subsystem.shown !== shown.join('\n')) {
    parts.subsystem.shown = shown.join('\n');
    fill(parts.subsystem, shown.map(value => h('option', { value }, value ? sanitize(value, 60) : 'all subsystems')));
  }
  parts.subsystem.value = settings.subsystem;
  parts.clear.hidden = !['q', 'level', 'subsystem', 'gateway'].some(name => settings[name]);
  showFollowing();
}

function stopFollowing() {
  feed.close();
  isFollowing = false;
}

function showFollowing() {
  if (!parts) return;
  const isWanted = settings.follow === 'on';
  setText(parts.follow, isWanted ? 'Pause' : 'Follow');
  setAttr(parts.follow, 'data-state', !isWanted ? 'paused' : isFollowing ? 'following' : 'waiting');
  setAttr(parts.follow, 'title', !isWanted ? 'New lines are not shown' : isFollowing ? 'New lines are shown as they are written' : 'Connecting');
}
