// One card per area with the reason in words; below, what changed while this page was open.
import { activeAlerts } from '../core/alertlist.js';
import { fill, h, keyed, setClass, setText } from '../core/dom.js';
import { at, known, watts } from '../core/format.js';
import { AREAS } from './areas.js';
import { hosts, sessions, state, tally } from '../core/store.js';
import { clean } from '../core/text.js';
import { paint, pill, tone, waiting, waitsFor } from '../core/ui.js';

const MOST = 8;

let parts;

export const view = {
  mount(root) {
    parts = {
      waiting: h('div', {}),
      strip: h('div', { class: 'strip', 'data-testid': 'strip' }),
      cards: h('div', { class: 'grid parts', 'data-testid': 'areas' }),
      log: h('ul', { class: 'log', 'data-testid': 'log', tabindex: 0, 'aria-label': 'Changes of state' }),
    };
    root.append(parts.waiting, parts.strip, parts.cards, h('div', { class: 'card' }, h('h2', {}, 'Changes'), parts.log));
    this.update();
  },

  update() {
    parts.waiting.hidden = Boolean(state.overview || state.hostsAt);
    if (!parts.waiting.hidden) {
      if (parts.waiting.dataset.mark !== waitsFor()) fill(parts.waiting, waiting('the state of the fleet')).dataset.mark = waitsFor();
      return;
    }
    showStrip();
    keyed(parts.cards, AREAS.map(area => ({ ...area, ...area.read(state) })), a => a.key, card);
    const log = state.log.length ? state.log : [null];
    keyed(parts.log, log, e => (e ? `${e.at} ${e.what} ${e.to}` : ''), entry);
  },

  show() {
    if (parts) this.update();
  },
};

function showStrip() {
  const { total, answering, degraded, offline } = tally();
  const gpus = hosts().flatMap(x => x.gpus ?? []);
  const busy = gpus.filter(g => g.utilization_percent >= 10).length;
  const power = gpus.filter(g => known(g.power_draw_watts)).reduce((sum, g) => sum + g.power_draw_watts, 0);
  const legacy = sessions().filter(s => s.status === 'legacy').length;
  const figures = [
    ['hosts', `${answering}/${total}`, `hosts answering, ${degraded} degraded, ${offline} offline`],
    ['gpus', `${busy}/${gpus.length}`, 'GPUs busy'],
    ['power', gpus.length ? power >= 10000 ? `${(power / 1000).toFixed(1)} kW` : watts(power) : '–', 'GPU power'],
    ['sessions', String(sessions().length), legacy ? `sessions, ${legacy} legacy` : 'sessions'],
    ['alerts', state.alerts && !state.alertsProblem ? String(activeAlerts().length) : '–', state.alertsProblem ? 'alerts unknown' : 'active alerts'],
  ];
  keyed(parts.strip, figures, f => f[0], () => {
    const [value, name] = [h('b'), h('span')];
    return { node: h('div', {}, value, name), update: f => { setText(value, f[1]); setText(name, f[2]); } };
  });
}

function card(area) {
  const status = pill(`status-${area.key}`);
  const reason = h('p', { class: 'reason' });
  const lines = h('ul', { class: 'lines' });
  const more = h('a', { class: 'small', href: '#hosts', hidden: true });
  const node = h(
    'article',
    { class: 'card tone part', 'data-testid': `area-${area.key}` },
    h('div', { class: 'row' }, h('h2', {}, area.name), h('span', { class: 'end' }, status.node)),
    reason,
    lines,
    more,
  );
  return { node, update(a) {
    paint(node, a.status);
    status.set(a.status, a.status ?? 'not configured');
    setText(reason, clean(a.reason, 300));
    setClass(reason, 'soft', !tone(a.status) || a.status === 'ok');
    keyed(lines, a.lines.slice(0, MOST), l => l.key, line);
    more.hidden = a.lines.length <= MOST;
    setText(more, `${a.lines.length - MOST} more`);
  } };
}

function line() {
  const [what, figure] = [h('bdi', {}), h('span', { class: 'end' })];
  const node = h('li', {}, what, figure);
  return { node, update(l) {
    node.className = tone(l.status);
    setText(what, clean(l.what, 120));
    setText(figure, clean(l.figure ?? '', 60));
  } };
}

const COLOURS = { ok: 'ok', warn: 'warn', bad: 'bad' };

function entry(e) {
  if (!e) return { node: h('li', { class: 'soft' }, 'Nothing has changed since this page was opened.') };
  const node = h(
    'li',
    { 'data-testid': 'log-entry' },
    h('time', { datetime: new Date(e.at).toISOString() }, at(e.at)),
    h('bdi', {}, e.what),
    h('span', {}, h('span', { class: 'soft' }, `${clean(e.from, 30)} → `), h('span', { class: COLOURS[tone(e.to)] ?? '' }, clean(e.to, 30))),
    e.reason ? h('bdi', { class: 'soft' }, e.reason) : null,
  );
  return { node };
}

