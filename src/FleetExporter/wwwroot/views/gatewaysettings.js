// A closed list of each gateway's settings, loaded when it is unfolded.
import { get } from '../core/api.js';
import { reasonText } from '../core/amounts.js';
import { fill, h } from '../core/dom.js';
import { isNumber } from '../core/format.js';
import { sanitize } from '../core/text.js';
import { errorNotice, factList, loading } from '../core/ui.js';

const MAX_NAMES = 60;

export function settingsFold(query) {
  const box = h('div', { class: 'stack', 'data-testid': 'gateway-settings' });
  const fold = h('details', { class: 'card', on: { toggle: () => { if (fold.open) load(); } } },
    h('summary', { 'data-testid': 'gateway-settings-toggle' }, 'Settings of the gateways'), box);
  return { node: fold, reload: () => (fold.open ? load() : null) };

  async function load() {
    if (!box.childElementCount) fill(box, loading('the settings'));
    try {
      const { items } = await get(`/api/monitoring/config${query()}`);
      fill(box, items.map(g => h('section', { class: 'stack' }, h('h3', {}, h('bdi', {}, sanitize(g.gateway, 60))), g.settings
        ? factList(rowsOf(g.settings), 1500)
        : h('p', { class: 'warn' }, `Unknown: ${reasonText(g.reason)}.`))));
    } catch (error) {
      fill(box, errorNotice('Settings', error, load));
    }
  }
}

const rowsOf = s => [
  ['default model', s.default_model ?? 'none'],
  ['fallback models', list(s.fallback_models, model => model)],
  ['heartbeat', s.heartbeat_every ?? 'the gateway’s default'],
  ['agents', list(s.agents, a => [a.id, a.model, a.heartbeat_every ? `heartbeat ${a.heartbeat_every}` : null].filter(Boolean).join(' '))],
  ...s.providers.map(p => [`models of ${sanitize(p.name, 40)}`,
    list(p.models, m => `${m.id}${isNumber(m.context_window) ? ` (${m.context_window.toLocaleString('en')} tokens)` : ''}`)]),
  ...['channels', 'skills', 'hooks', 'plugins'].map(name => [name, list(s[name], part => `${part.name}${part.enabled === false ? ' (off)' : ''}`)]),
  ['limits', list(Object.entries(s.limits), ([name, value]) => `${name} ${value}`)],
];

function list(items, text) {
  const more = items.length > MAX_NAMES ? `, and ${items.length - MAX_NAMES} more` : '';
  return items.length ? items.slice(0, MAX_NAMES).map(item => sanitize(text(item), 120)).join(', ') + more : 'none';
}
