// Key figures, one card per area, and the log of status changes.
import { activeAlerts } from '../core/alertlist.js';
import { fill, h, keyed, setClass, setText } from '../core/dom.js';
import { isNumber, timestamp, watts } from '../core/format.js';
import { AREAS } from './areas.js';
import { countHosts, hosts, state, tmuxSessions } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { loadingKey, loadingOrError, pill, setTone, tone } from '../core/ui.js';

const MAX_LINES = 8;

let parts;

export const view = {
  mount(root) {
    parts = {
      waiting: h('div', {}),
      strip: h('div', { class: 'strip', 'data-testid': 'strip' }),
      cards: h('div', { class: 'grid areas', 'data-testid': 'areas' }),
      log: h('ul', { class: 'log', 'data-testid': 'log', tabindex: 0, 'aria-label': 'Status changes' }),
    };
    root.append(parts.waiting, parts.strip, parts.cards, h('div', { class: 'card' }, h('h2', {}, 'Status changes'), parts.log));
    this.update();
  },

  update() {
    parts.waiting.hidden = Boolean(state.overview || state.hostsAt);
    if (!parts.waiting.hidden) {
      if (parts.waiting.dataset.noticeKey === loadingKey()) return;
      fill(parts.waiting, loadingOrError('the state of the fleet')).dataset.noticeKey = loadingKey();
      return;
    }
    showFigures();
    keyed(parts.cards, AREAS.map(area => ({ ...area, ...area.read(state) })), a => a.key, areaCard);
    const log = state.log.length ? state.log : [null];
    keyed(parts.log, log, e => (e ? `${e.at} ${e.what} ${e.to}` : ''), logEntry);
  },

  show() {
    if (parts) this.update();
  },
};

function showFigures() {
  const { total, answering, degraded, offline } = countHosts();
  const gpus = hosts().flatMap(x => x.gpus ?? []);
  const busy = gpus.filter(g => g.utilization_percent >= 10).length;
  const power = gpus.filter(g => isNumber(g.power_draw_watts)).reduce((sum, g) => sum + g.power_draw_watts, 0);
  const alerts = state.alerts && !state.alertsError ? activeAlerts().length : null;
  const legacy = tmuxSessions().filter(s => s.status === 'legacy').length;
  const figures = [
    ['hosts', `${answering}/${total}`, `hosts answering, ${degraded} degraded, ${offline} offline`],
    ['gpus', `${busy}/${gpus.length}`, 'GPUs busy'],
    ['power', gpus.length ? power >= 10000 ? `${(power / 1000).toFixed(1)} kW` : watts(power) : '–', 'GPU power'],
    ['sessions', String(tmuxSessions().length), legacy ? `tmux sessions, ${legacy} legacy` : 'tmux sessions'],
    ['alerts', alerts === null ? '–' : String(alerts), state.alertsError ? 'alerts unknown' : 'active alerts'],
  ];
  keyed(parts.strip, figures, f => f[0], () => {
    const [value, name] = [h('b'), h('span')];
    return { node: h('div', {}, value, name), update: f => { setText(value, f[1]); setText(name, f[2]); } };
  });
}

function areaCard(area) {
  const status = pill(`status-${area.key}`);
  const reason = h('p', { class: 'reason' });
  const lines = h('ul', { class: 'lines' });
  const more = h('a', { class: 'small', href: '#hosts', hidden: true });
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
    setText(more, `${a.lines.length - MAX_LINES} more`);
  } };
}

function targetLine() {
  const [what, figure] = [h('bdi', {}), h('span', { class: 'end' })];
  const node = h('li', {}, what, figure);
  return { node, update(l) {
    node.className = tone(l.status);
    setText(what, sanitize(l.what, 120));
    setText(figure, sanitize(l.figure ?? '', 60));
  } };
}


function logEntry(e) {
  if (!e) return { node: h('li', { class: 'soft' }, 'Nothing has changed since this page was opened.') };
  const node = h(
    'li',
    { 'data-testid': 'log-entry' },
    h('time', { datetime: new Date(e.at).toISOString() }, timestamp(e.at)),
    h('bdi', {}, e.what),
    h('span', {}, h('span', { class: 'soft' }, `${sanitize(e.from, 30)} → `), h('span', { class: tone(e.to) }, sanitize(e.to, 30))),
    e.reason ? h('bdi', { class: 'soft' }, e.reason) : null,
  );
  return { node };
}

