// tmux sessions of all hosts; legacy ones can be killed.
import { createButton, fill, h, keyed, setClass, setText } from '../core/dom.js';
import { ABSENT, age, isNumber, mebibytes, number, plural } from '../core/format.js';
import { killDialog } from './kill.js';
import { hrefOf, viewSettings } from '../core/router.js';
import { idleSince, qualifiedId, sessionState, sshLink } from '../widgets/tmuxsession.js';
import { hasScope, state, tmuxSessions } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { choice, copyable, filterBox, loadingKey, loadingOrError, notice, pill } from '../core/ui.js';

const CHOICES = { all: 'All', active: 'Active', legacy: 'Legacy' };
const SORT_ORDERS = {
  idle: ['longest idle', (a, b) => Date.parse(idleSince(a)) - Date.parse(idleSince(b))],
  gpu: ['GPU memory', (a, b) => (b.gpu_memory_mb ?? -1) - (a.gpu_memory_mb ?? -1)],
  memory: ['memory', (a, b) => (b.memory_mb ?? -1) - (a.memory_mb ?? -1)],
  cpu: ['CPU', (a, b) => (b.cpu_percent ?? -1) - (a.cpu_percent ?? -1)],
  name: ['name', (a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })],
};
const PAGE_SIZE = 200;

const { settings, read, set } = viewSettings({ q: '', show: 'all', order: 'idle' });

let parts;
let limit = PAGE_SIZE;
let sessionId = '';

export const view = {
  mount(root) {
    const sort = h(
      'select',
      {
        'data-testid': 'sessions-sort',
        'aria-label': 'Order',
        on: { change: event => { set('order', event.target.value); render(); } },
      },
      Object.entries(SORT_ORDERS).map(([key, [name]]) => h('option', { value: key }, `by ${name}`)),
    );
    parts = {
      summary: h('p', { class: 'soft small', role: 'status', 'data-testid': 'sessions-count' }),
      body: h('tbody'),
      empty: h('div', {}),
      more: createButton('Show more', 'sessions-more', () => { limit += PAGE_SIZE; render(); }),
      filter: filterBox('sessions-filter', 'Filter sessions', text => { set('q', text); render(); }),
      choice: choice('Which sessions', CHOICES, settings.show, key => { set('show', key); render(); }),
      sort,
    };
    parts.single = h('p', { class: 'toolbar' }, h('a', { href: hrefOf('sessions'), 'data-testid': 'sessions-back' }, '← All sessions'));
    parts.toolbar = h('div', { class: 'toolbar' }, parts.filter, parts.choice, sort, parts.summary);
    parts.table = h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'table', 'data-testid': 'sessions' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Session', 'State', 'Windows', 'Age', 'Idle', 'CPU', 'Memory', 'GPU memory', 'Attach', ''].map((name, i) =>
              h('th', { scope: 'col', class: i > 1 && i < 8 ? 'number' : null }, name || h('span', { class: 'visually-hidden' }, 'Actions')),
            ),
          ),
        ),
        parts.body,
      ),
    );
    root.append(parts.toolbar, parts.single, parts.empty, parts.table, parts.more);
  },

  show(argument, params) {
    sessionId = argument;
    read(params);
    [parts.filter.value, parts.sort.value] = [settings.q, settings.order];
    parts.choice.select(settings.show);
    render();
  },

  update(topics) {
    if (['hosts', 'me', 'config', 'tick'].some(t => topics.has(t))) render();
  },
};

function render() {
  if (!parts) return;
  parts.toolbar.hidden = Boolean(sessionId);
  parts.single.hidden = !sessionId;
  const allSessions = tmuxSessions();
  const list = allSessions.filter(matches).sort((SORT_ORDERS[settings.order] ?? SORT_ORDERS.idle)[1]);
  const shown = list.slice(0, limit);
  const total = plural(allSessions.length, 'session');
  setText(parts.summary, list.length === allSessions.length ? total : `${list.length} of ${total}`);
  parts.table.hidden = shown.length === 0;
  parts.more.hidden = list.length <= limit;
  const noticeKey = !state.hostsAt ? loadingKey()
    : shown.length ? ''
    : `none ${sessionId} ${allSessions.length > 0} ${settings.show} ${settings.q} ${state.config?.legacy_after}`;
  if (parts.empty.dataset.noticeKey !== noticeKey) {
    parts.empty.dataset.noticeKey = noticeKey; // an unchanged notice stays: screen readers repeat new elements
    const hint = settings.show === 'legacy' && !settings.q
      ? `No session has been detached for longer than ${state.config?.legacy_after ?? '72h'}.`
      : 'Change the filter.';
    fill(parts.empty, !state.hostsAt ? loadingOrError('sessions')
      : shown.length ? null
      : sessionId ? notice('empty', 'The tmux session no longer exists', sanitize(sessionId, 100))
      : allSessions.length ? notice('empty', 'No session matches', hint)
      : notice('empty', 'No tmux sessions', 'No reachable host has one.'));
  }
  keyed(parts.body, shown, s => `${s.id} ${s.created} ${s.status} ${s.busy} ${hasScope('control')} ${state.config ? 1 : 0}`, sessionRow);
}

function matches(session) {
  if (sessionId) return session.id === sessionId || qualifiedId(session) === sessionId;
  if (settings.show !== 'all' && session.status !== settings.show) return false;
  const text = `${session.id} ${session.user} ${sessionState(session)} ${session.busy ? 'busy' : ''}`.toLowerCase();
  return settings.q.split(/\s+/).every(word => text.includes(word));
}

function sessionRow(first) {
  const status = pill('session-state');
  const busy = first.busy
    ? h('span', { class: 'small', 'data-testid': 'session-busy', title: 'Printed recently, uses CPU or holds GPU memory' }, ' busy')
    : null;
  const cells = Object.fromEntries(
    [
      ['windows', 'Windows'],
      ['age', 'Age'],
      ['idle', 'Idle'],
      ['cpu', 'CPU'],
      ['memory', 'Memory'],
      ['gpu', 'GPU'],
    ].map(([k, name]) => [k, h('td', { class: 'number', 'data-name': name, 'data-testid': `session-${k}` })]),
  );
  const link = sshLink(first);
  const kill =
    first.status === 'legacy' && first.busy === false && hasScope('control')
      ? createButton('Kill', 'session-kill', () => killDialog(first),
          { class: 'danger', 'aria-label': `Kill ${sanitize(first.name, 60)} on ${first.host}` })
      : null;
  const node = h(
    'tr',
    { 'data-testid': 'session', 'data-session': first.id },
    h(
      'td',
      {},
      h('strong', {}, remoteText(first.name, 80)),
      ' ',
      h('a', { class: 'small', href: hrefOf('hosts', first.host) }, remoteText(first.host, 60)),
      h('span', { class: 'soft small' }, ` ${sanitize(first.user, 40)}`),
    ),
    h('td', {}, status.node, busy),
    Object.values(cells),
    h(
      'td',
      { class: 'wide' },
      copyable(first.attach_command, 'session-attach'),
      link ? h('a', { class: 'small', href: link, 'data-testid': 'session-ssh' }, sanitize(link, 80)) : null,
    ),
    h('td', { class: 'wide' }, kill),
  );
  return { node, update(s) {
    const stateText = sessionState(s);
    status.set(stateText === 'attached' ? 'ok' : stateText, stateText);
    setText(cells.windows, String(s.window_count ?? ABSENT));
    setText(cells.age, age(s.created));
    setText(cells.idle, s.attached ? 'attached' : age(idleSince(s)));
    setText(cells.cpu, isNumber(s.cpu_percent) ? `${number(s.cpu_percent)} %` : ABSENT);
    setText(cells.memory, mebibytes(s.memory_mb));
    setText(cells.gpu, mebibytes(s.gpu_memory_mb));
    setClass(cells.gpu, 'soft', !s.gpu_memory_mb);
  } };
}
