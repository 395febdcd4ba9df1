// Key figures, a card for each area that is in use, and the latest events.
import { activeAlerts } from '../core/alertlist.js';
import { get } from '../core/api.js';
import { now } from '../core/clock.js';
import { fill, h, keyed, setClass, setText } from '../core/dom.js';
import { isNumber, watts } from '../core/format.js';
import { hrefOf } from '../core/router.js';
import { countHosts, hosts, isConnected, state, tmuxSessions } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { loadingKey, loadingOrError, pill, setTone, tone } from '../core/ui.js';
import { eventItem } from '../widgets/eventlist.js';
import { AREAS } from './areas.js';

const MAX_LINES = 8;
const EVENTS_INTERVAL_MS = 15_000;

let parts;
let events = null;
let eventsAt = -Infinity;

export const view = {
  mount(root) {
    parts = {
      waiting: h('div', {}),
      strip: h('div', { class: 'strip', 'data-testid': 'strip' }),
      cards: h('div', { class: 'grid areas', 'data-testid': 'areas' }),
      start: h('div', {}),
      log: h('ul', { class: 'log', 'data-testid': 'log' }),
    };
    parts.events = h('section', { class: 'card stack', 'aria-label': 'Latest events' }, h('h2', {}, 'Latest events'), parts.log,
      h('a', { class: 'small', href: hrefOf('events') }, 'All events'));
    root.append(parts.waiting, parts.start, parts.strip, parts.cards, parts.events);
    this.update();
  },

  update() {
    parts.waiting.hidden = Boolean(state.overview || state.hostsAt);
    if (!parts.waiting.hidden) {
      if (parts.waiting.dataset.noticeKey === loadingKey()) return;
      fill(parts.waiting, loadingOrError('the state of the fleet')).dataset.noticeKey = loadingKey();
      return;
    }
    const areas = AREAS.map(area => ({ ...area, ...area.read(state) })).filter(a => a.lines.length);
    const isEmpty = areas.length === 0 && state.overview !== null && state.hostsAt !== null;
    parts.strip.hidden = parts.events.hidden = isEmpty;
    showStart(isEmpty);
    showFigures();
    keyed(parts.cards, areas, a => a.key, areaCard);
    loadEvents();
  },

  show() {
    eventsAt = -Infinity;
    if (parts) this.update();
  },
};

/** An empty fleet: what to do first. Its module is not needed otherwise. */
async function showStart(isEmpty) {
  const key = isEmpty ? JSON.stringify(state.me) : '';
  if (parts.start.key === key) return;
  parts.start.key = key;
  fill(parts.start);
  if (!isEmpty) return;
  const { startPage } = await import('../widgets/startpage.js');
  if (parts.start.key === key) fill(parts.start, startPage());
}

async function loadEvents() {
  if (document.hidden || !isConnected() || now() - eventsAt < EVENTS_INTERVAL_MS) return;
  eventsAt = now();
  try {
    events = (await get('/api/events?limit=10', { quiet: true })).items;
  } catch {
    events ??= [];
  }
  const none = { node: h('li', { class: 'soft' }, 'No events yet.') };
  keyed(parts.log, events.length ? events : [null], e => e?.id ?? '', e => (e ? eventItem(e) : none));
}

function showFigures() {
  const { total, answering, degraded, offline } = countHosts();
  const gpus = hosts().flatMap(x => x.gpus ?? []);
  const busy = gpus.filter(g => g.utilization_percent >= 10).length;
  const draws = gpus.map(g => g.power_draw_watts).filter(isNumber);
  const power = draws.reduce((sum, draw) => sum + draw, 0);
  const alerts = state.alerts && !state.alertsError ? activeAlerts().length : null;
  const legacy = tmuxSessions().filter(s => s.status === 'legacy').length;
  const figures = [
    ['hosts', `${answering}/${total}`, `hosts answering, ${degraded} degraded, ${offline} offline`],
    ['gpus', `${busy}/${gpus.length}`, 'GPUs busy'],
    ['gpus power', draws.length ? power >= 10000 ? `${(power / 1000).toFixed(1)} kW` : watts(power) : '–', 'GPU power'],
    ['sessions', String(tmuxSessions().length), legacy ? `tmux sessions, ${legacy} legacy` : 'tmux sessions'],
    ['alerts', alerts === null ? '–' : String(alerts), state.alertsError ? 'alerts unknown' : 'active alerts'],
  ];
  keyed(parts.strip, figures, f => f[0], ([first]) => {
    const [value, name] = [h('b'), h('span')];
    return { node: h('a', { href: hrefOf(first.split(' ')[0]) }, value, name), update: f => { setText(value, f[1]); setText(name, f[2]); } };
  });
}

function areaCard(area) {
  const status = pill(`status-${area.key}`);
  const reason = h('p', { class: 'reason' });
  const lines = h('ul', { class: 'lines' });
  const more = h('a', { class: 'small', hidden: true });
  const node = h(
    'article',
    { class: 'card tone area', 'data-testid': `area-${area.key}` },
    h('div', { class: 'row' }, h('h2', {}, area.name), h('span', { class: 'end' }, status.node)),
    reason,
    lines,
    more,
  );
  return { node, update(a) {
    setTone(node, a.status);
    status.set(a.status, a.status ?? 'not configured');
    setText(reason, sanitize(a.reason, 300));
    setClass(reason, 'soft', !tone(a.status) || a.status === 'ok');
    keyed(lines, a.lines.slice(0, MAX_LINES), l => l.key, targetLine);
    more.hidden = a.lines.length <= MAX_LINES;
    more.href = a.more ?? hrefOf('hosts');
    setText(more, `${a.lines.length - MAX_LINES} more`);
  } };
}

function targetLine(first) {
  const [what, figure] = [first.href ? h('a', { href: first.href }) : h('bdi', {}), h('span', { class: 'end' })];
  const node = h('li', {}, what, figure);
  return { node, update(l) {
    node.className = tone(l.status);
    setText(what, sanitize(l.what, 120));
    setText(figure, sanitize(l.figure ?? '', 60));
  } };
}
