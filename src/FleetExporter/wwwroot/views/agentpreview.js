// One session of an agent with its last messages, read from the gateway when asked for.
import { get } from '../core/api.js';
import { count, reasonText, usd } from '../core/amounts.js';
import { createButton, fill, h } from '../core/dom.js';
import { ABSENT, age, percent, timestamp } from '../core/format.js';
import { sanitize } from '../core/text.js';
import { errorNotice, factList, loading } from '../core/ui.js';
import { actions, cancelButton, openDialog } from '../widgets/dialog.js';

const MAX_CHILDREN = 20;

export async function showSession(gateway, key) {
  const body = h('div', { class: 'stack', 'data-testid': 'session-preview' }, loading('the messages'));
  openDialog(`Session ${sanitize(key, 80)}`, [body, actions(cancelButton('Close'))]);
  try {
    const { session, children, preview } = await get(
      `/api/monitoring/sessions/${encodeURIComponent(key)}?gateway=${encodeURIComponent(gateway)}`);
    fill(body, factList(factsOf(session)),
      children.length ? relatives('Spawned', gateway, children.slice(0, MAX_CHILDREN)) : null,
      session.parent ? relatives('Spawned by', gateway, [session.parent]) : null,
      h('h3', {}, preview.at ? `Last messages, read at ${timestamp(preview.at)}` : 'Last messages'), messagesOf(preview));
  } catch (error) {
    fill(body, errorNotice('The session', error));
  }
}

const factsOf = s => [
  ['name', s.label ?? ABSENT], ['gateway', s.gateway], ['agent', s.agent], ['model', s.model ?? ABSENT], ['status', s.status ?? ABSENT],
  ['context', `${percent(s.context_percent)}, ${count(s.tokens)} of ${count(s.context_tokens)} tokens`],
  ['used', `${count(s.tokens_total)} tokens, ${usd(s.cost_usd)}`], ['began', s.created_at ? timestamp(s.created_at) : ABSENT],
  ['last activity', s.updated_at ? `${timestamp(s.updated_at)} (${age(s.updated_at)} ago)` : ABSENT], ['last error', s.last_error],
];

const relatives = (title, gateway, keys) => h('p', { class: 'row small' }, title, keys.map(key =>
  createButton(sanitize(key, 64), 'session-relative', () => showSession(gateway, key), { class: 'plain break' })));

function messagesOf({ messages, reason }) {
  if (!messages) return h('p', { 'data-testid': 'session-unknown' }, `Unknown: ${reasonText(reason)}.`);
  if (!messages.length) return h('p', {}, 'The session has no messages.');
  return h('ul', { class: 'messages', tabindex: 0, 'aria-label': 'Messages', 'data-testid': 'session-messages' }, messages.map(m => h(
    'li', { class: m.role === 'user' ? 'user' : null }, h('strong', { class: 'small' }, sanitize(m.role, 20)), h('bdi', {}, sanitize(m.text, 600)),
  )));
}
