// Warnings and errors of the gateways' logs, grouped by what they have in common, the last seen first.
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { age, plural, timestamp } from '../core/format.js';
import { sanitize } from '../core/text.js';
import { choice, pill } from '../core/ui.js';
import { panel } from '../widgets/panel.js';

const ERRORS_INTERVAL_MS = 10_000;
const MAX_SHOWN = 50;
const MAX_PATTERN = 200; // the API's limit

/** @param onGroup called with the group whose lines are wanted. */
export function errorPanel(query, onGroup) {
  let level = '';
  const levels = choice('Which errors', { '': 'Warnings and errors', error: 'Errors' }, level, key => { level = key; part.reload(); });
  const list = h('ul', { class: 'log errors', tabindex: 0, 'aria-label': 'Errors', 'data-testid': 'log-errors' });
  const none = h('p', { class: 'soft small' }, 'No error in the logs since the gateways are watched.');
  const part = panel('Errors', 'log-errors-panel', () => `/api/monitoring/errors${query({ level })}`, ERRORS_INTERVAL_MS, [list, none],
    (groups, { sources }) => {
      keyed(list, groups.slice(0, MAX_SHOWN), g => `${g.gateway} ${g.subsystem} ${g.signature}`, first => errorItem(first, onGroup));
      none.hidden = groups.length > 0 || sources.every(s => s.reason);
    }, { controls: levels });
  return part;
}

function errorItem(first, onGroup) {
  const level = pill('log-error-level');
  const badges = h('span', { class: 'row' });
  const times = h('span', { class: 'soft small', 'data-testid': 'log-error-times' });
  const sample = h('p', { class: 'small break' });
  const props = { class: 'plain break', title: 'Show its lines' };
  const button = createButton(sanitize(first.signature, 240), 'log-error-signature', () => onGroup(first), props);
  const node = h('li', { 'data-testid': 'log-error' }, level.node, badges, h('div', { class: 'grow' }, button, times,
    h('details', {}, h('summary', {}, 'The last one'), sample)));
  return { node, update(g) {
    level.set(g.level === 'error' ? 'failed' : 'warning', g.level);
    fill(badges, g.is_frequent ? h('span', { class: 'pill' }, 'frequent') : null, g.is_recent ? h('span', { class: 'pill' }, 'recent') : null);
    const last = `${timestamp(g.last_seen_at)} (${age(g.last_seen_at)} ago)`;
    const where = sanitize(`${g.subsystem} · ${g.gateway}`, 120);
    setText(times, `${plural(g.count, 'time')}, first ${timestamp(g.first_seen_at)}, last ${last} · ${where}`);
    setText(sample, sanitize(g.sample, 1000));
  } };
}

/** A regular expression for the lines of a signature, in which # is a number and … an id. */
export function patternOf(signature) {
  let pattern = '^';
  for (const part of signature.match(/[#…]|[^#…]/gu) ?? []) {
    const next = part === '#' ? '[#\\d][\\d.:,]*' : part === '…' ? '\\S+' : part.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
    if (pattern.length + next.length > MAX_PATTERN) break;
    pattern += next;
  }
  return pattern;
}
