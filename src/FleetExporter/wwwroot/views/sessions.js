// tmux sessions of all hosts; legacy ones can be ended here.
import { fill, h, keyed, setClass, setText } from '../core/dom.js';
import { ABSENT, age, count, known, mebi, number } from '../core/format.js';
import { killDialog } from './kill.js';
import { hrefOf } from '../core/router.js';
import { fullId, idleSince, sessionState, sshLink } from '../widgets/sessionparts.js';
import { may, sessions as all, state } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { choice, copyable, filterBox, notice, pill, waiting, waitsFor } from '../core/ui.js';

const CHOICES = { all: 'All', active: 'Active', legacy: 'Legacy' };
const ORDERS = {
  idle: ['longest idle', (a, b) => Date.parse(idleSince(a)) - Date.parse(idleSince(b))],
  gpu: ['GPU memory', (a, b) => (b.gpu_memory_mb ?? -1) - (a.gpu_memory_mb ?? -1)],
  memory: ['memory', (a, b) => (b.memory_mb ?? -1) - (a.memory_mb ?? -1)],
  cpu: ['CPU', (a, b) => (b.cpu_percent ?? -1) - (a.cpu_percent ?? -1)],
  name: ['name', (a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })],
};
const STEP = 200;

let parts;
let filter = '';
let chosen = 'all';
let order = 'idle';
let most = STEP;
let one = '';

export const view = {
  mount(root) {
    const sort = h(
      'select',
      {
        'data-testid': 'sessions-sort',
        'aria-label': 'Order',
        on: {
          change: event => {
            order = event.target.value;
            render();
          },
        },
      },
      Object.entries(ORDERS).map(([key, [name]]) => h('option', { value: key }, `by ${name}`)),
    );
    parts = {
      says: h('p', { class: 'soft small', role: 'status', 'data-testid': 'sessions-count' }),
      body: h('tbody'),
      empty: h('div', {}),
      more: h(
        'button',
        {
          type: 'button',
          'data-testid': 'sessions-more',
          on: {
            click: () => {
              most += STEP;
              render();
            },
          },
        },
        'Show more',
      ),
    };
    parts.single = h('p', { class: 'toolbar' }, h('a', { href: hrefOf('sessions'), 'data-testid': 'sessions-back' }, '← All sessions'));
    parts.toolbar = h(
      'div',
      { class: 'toolbar' },
      filterBox('sessions-filter', 'Filter sessions', text => {
        filter = text;
        render();
      }),
      choice('Which sessions', CHOICES, chosen, key => {
        chosen = key;
        render();
      }),
      sort,
      parts.says,
    );
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
              h('th', { scope: 'col', class: i > 1 && i < 8 ? 'n' : null }, name || h('span', { class: 'sr' }, 'Actions')),
            ),
          ),
        ),
        parts.body,
      ),
    );
    root.append(parts.toolbar, parts.single, parts.empty, parts.table, parts.more);
  },

  show(argument) {
    one = argument;
    render();
  },

  update(topics) {
    if (['hosts', 'me', 'config', 'tick'].some(t => topics.has(t))) render();
  },
};

function render() {
  if (!parts) return;
  parts.toolbar.hidden = Boolean(one);
  parts.single.hidden = !one;
  const everything = all();
  const list = everything.filter(matches).sort(ORDERS[order][1]);
  const shown = list.slice(0, most);
  setText(parts.says, list.length === everything.length ? count(list.length, 'session') : `${list.length} of ${count(everything.length, 'session')}`);
  parts.table.hidden = shown.length === 0;
  parts.more.hidden = list.length <= most;
  const mark = !state.hostsAt
    ? waitsFor()
    : shown.length
      ? ''
      : `none ${one} ${everything.length > 0} ${chosen} ${filter} ${state.config?.legacy_after}`;
  if (parts.empty.dataset.mark !== mark) {
    parts.empty.dataset.mark = mark; // a screen reader repeats what is made anew
    fill(
      parts.empty,
      !state.hostsAt
        ? waiting('sessions')
        : shown.length
          ? null
          : one
            ? notice('empty', 'The session is gone', clean(one, 100))
            : everything.length
              ? notice(
                  'empty',
                  'No session matches',
                  chosen === 'legacy' && !filter
                    ? `No session has been detached for longer than ${state.config?.legacy_after ?? '72h'}.`
                    : 'Change the filter.',
                )
              : notice('empty', 'No tmux sessions', 'No host that answers has one.'),
    );
  }
  keyed(parts.body, shown, s => `${s.id} ${s.created} ${s.status} ${s.busy} ${may('control')} ${state.config ? 1 : 0}`, row);
}

function matches(session) {
  if (one) return session.id === one || fullId(session) === one;
  if (chosen !== 'all' && session.status !== chosen) return false;
  const text = `${session.id} ${session.user} ${sessionState(session)} ${session.busy ? 'busy' : ''}`.toLowerCase();
  return filter.split(/\s+/).every(word => text.includes(word));
}

function row(first) {
  const status = pill('session-state');
  const busy = first.busy
    ? h('span', { class: 'small', 'data-testid': 'session-busy', title: 'It prints, computes or holds GPU memory' }, ' busy')
    : null;
  const cells = Object.fromEntries(
    [
      ['windows', 'Windows'],
      ['age', 'Age'],
      ['idle', 'Idle'],
      ['cpu', 'CPU'],
      ['memory', 'Memory'],
      ['gpu', 'GPU'],
    ].map(([k, name]) => [k, h('td', { class: 'n', 'data-name': name, 'data-testid': `session-${k}` })]),
  );
  const link = sshLink(first);
  const kill =
    first.status === 'legacy' && first.busy === false && may('control')
      ? h(
          'button',
          {
            type: 'button',
            class: 'danger',
            'data-testid': 'session-kill',
            'aria-label': `Kill ${clean(first.name, 60)} on ${first.host}`,
            on: { click: () => killDialog(first) },
          },
          'Kill',
        )
      : null;
  const node = h(
    'tr',
    { 'data-testid': 'session', 'data-session': first.id },
    h(
      'td',
      {},
      h('strong', {}, remote(first.name, 80)),
      ' ',
      h('a', { class: 'small', href: hrefOf('hosts', first.host) }, remote(first.host, 60)),
      h('span', { class: 'soft small' }, ` ${clean(first.user, 40)}`),
    ),
    h('td', {}, status.node, busy),
    Object.values(cells),
    h(
      'td',
      { class: 'wide' },
      copyable(first.attach_command, 'session-attach'),
      link ? h('a', { class: 'small', href: link, 'data-testid': 'session-ssh' }, clean(link, 80)) : null,
    ),
    h('td', { class: 'wide' }, kill),
  );
  return { node, update(s) {
    const how = sessionState(s);
    status.set(how === 'attached' ? 'ok' : how, how);
    setText(cells.windows, String(s.window_count ?? ABSENT));
    setText(cells.age, age(s.created));
    setText(cells.idle, s.attached ? 'attached' : age(idleSince(s)));
    setText(cells.cpu, known(s.cpu_percent) ? `${number(s.cpu_percent)} %` : ABSENT);
    setText(cells.memory, mebi(s.memory_mb));
    setText(cells.gpu, mebi(s.gpu_memory_mb));
    setClass(cells.gpu, 'soft', !s.gpu_memory_mb);
  } };
}
