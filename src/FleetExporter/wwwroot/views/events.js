// What happened in the fleet, newest first; the filter is in the address.
import { get } from '../core/api.js';
import { now } from '../core/clock.js';
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { plural } from '../core/format.js';
import { viewSettings } from '../core/router.js';
import { isConnected, state } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { choice, errorNotice, filterBox, loading, notice } from '../core/ui.js';
import { eventItem } from '../widgets/eventlist.js';

const KINDS = {
  '': 'Everything', host: 'Hosts', collector: 'Collectors', target: 'Targets', gpu: 'GPUs', alert: 'Alerts', job: 'Jobs', session: 'tmux sessions',
  control: 'Actions', exporter: 'Exporter',
};
const TIMES = { all: 'All', hour: 'Last hour', night: 'Last night', day: '24 h', week: '7 days' };
const SEVERITIES = { '': 'any severity', 'critical,warning': 'problems', critical: 'critical' };
const HOUR_MS = 3600e3;
const PAGE_SIZE = 100;
const POLL_INTERVAL_MS = 10_000;
const TYPING_MS = 250;

const { settings, read, set } = viewSettings({ q: '', kind: '', severity: '', time: 'all', host: '', subject: '' });

let parts;
let items = [];
let cursor = null;
let isLoaded = false;
let loadError = null;
let timer = null;
let request = 0;
let isLoadingMore = false;
let pause = null;

/** From when to when: last night is from 20:00 to 8:00 of the browser's time. */
function period() {
  if (settings.time === 'night') {
    const end = new Date(now());
    if (end.getHours() < 8) return [new Date(end).setHours(-4, 0, 0, 0), now()];
    return [new Date(end).setHours(-4, 0, 0, 0), new Date(end).setHours(8, 0, 0, 0)];
  }
  const length = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS }[settings.time];
  return length ? [now() - length, null] : [null, null];
}

const select = (testid, label, options, name) => h(
  'select',
  { 'data-testid': testid, 'aria-label': label, on: { change: event => changed(name, event.target.value) } },
  Object.entries(options).map(([value, text]) => h('option', { value }, text)),
);

export const view = {
  mount(root) {
    parts = {
      filter: filterBox('events-filter', 'Filter events', text => changed('q', text)),
      times: choice('When', TIMES, settings.time, key => changed('time', key)),
      kinds: select('events-kind', 'Kind', KINDS, 'kind'),
      severities: select('events-severity', 'Severity', SEVERITIES, 'severity'),
      about: h('span', { class: 'pill' }),
      all: createButton('All hosts', 'events-all', () => { set('subject', ''); changed('host', ''); }),
      summary: h('p', { class: 'soft small', role: 'status', 'data-testid': 'events-count' }),
      empty: h('div', {}),
      list: h('ul', { class: 'log events card', 'data-testid': 'events' }),
      more: createButton('Show more', 'events-more', () => load(true)),
    };
    root.append(
      h('div', { class: 'toolbar' }, parts.filter, parts.times, parts.kinds, parts.severities, parts.about, parts.all, parts.summary),
      parts.empty, parts.list, parts.more,
    );
  },

  show(_, params) {
    read(params);
    [parts.filter.value, parts.kinds.value, parts.severities.value] = [settings.q, settings.kind, settings.severity];
    parts.times.select(settings.time);
    clearInterval(timer);
    timer = setInterval(() => {
      if (!document.hidden && state.me !== null && isConnected() && items.length <= PAGE_SIZE && !isLoadingMore) load();
    }, POLL_INTERVAL_MS);
    [items, cursor, isLoaded] = [[], null, false];
    render();
    load();
  },

  hide() {
    clearInterval(timer);
  },

  update(topics) {
    if (topics.has('me') || (topics.has('connection') && isConnected())) load();
    else if (topics.has('tick')) render();
  },
};

function changed(name, value) {
  set(name, value);
  clearTimeout(pause);
  pause = setTimeout(load, name === 'q' ? TYPING_MS : 0);
}

/** @param isMore adds the next page, instead of loading the first one again. */
async function load(isMore = false) {
  const own = ++request;
  isLoadingMore = isMore;
  const [since, until] = period();
  const query = new URLSearchParams(Object.entries({
    q: settings.q, kind: settings.kind, severity: settings.severity, host: settings.host, subject: settings.subject,
    since: since && new Date(since).toISOString(), until: until && new Date(until).toISOString(), limit: PAGE_SIZE, cursor: isMore ? cursor : null,
  }).filter(([, value]) => value));
  try {
    const page = await get(`/api/events?${query}`);
    if (own !== request) return;
    isLoadingMore = false;
    [items, cursor, isLoaded, loadError] = [isMore ? [...items, ...page.items] : page.items, page.next_cursor, true, null];
  } catch (error) {
    if (own !== request) return;
    isLoadingMore = false;
    if (error.status === 0) return;
    loadError = error;
  }
  render();
}

function render() {
  if (!parts) return;
  const about = settings.subject || settings.host;
  parts.about.hidden = parts.all.hidden = !about;
  setText(parts.about, sanitize(about, 80));
  parts.more.hidden = !cursor;
  parts.list.hidden = !items.length || Boolean(loadError);
  setText(parts.summary, isLoaded ? `${plural(items.length, 'event')}${cursor ? ', and more' : ''}` : '');
  keyed(parts.list, items, e => e.id, eventItem);
  const noticeKey = loadError ? loadError.message : !isLoaded ? 'loading' : items.length ? '' : 'none';
  if (parts.empty.dataset.noticeKey === noticeKey) return;
  parts.empty.dataset.noticeKey = noticeKey;
  fill(parts.empty, !noticeKey ? null
    : loadError ? errorNotice('Events', loadError, () => load())
    : !isLoaded ? loading('events')
    : notice('empty', 'Nothing happened', 'No event matches the filter.'));
}
