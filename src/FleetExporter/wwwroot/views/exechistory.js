// Commands that ran, as far as the caller may see them, and for administrators the audit log.
import { get, remove } from '../core/api.js';
import { h, keyed, setText } from '../core/dom.js';
import { at, known, milliseconds } from '../core/format.js';
import { may, state } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { loading, notice, pill, problem, toast, tone } from '../core/ui.js';

const TONE = {
  running: 'loading',
  exited: 'ok',
  ok: 'ok',
  begun: 'loading',
  unknown: 'error',
  denied: 'degraded',
  failed: 'error',
  timed_out: 'error',
  lost: 'error',
  cancelled: 'degraded',
};

const words = state => clean(state, 20).replaceAll('_', ' ');

/** How a call of the audit came out; of one without an end that is all there is to say. */
const OUTCOME = { begun: 'begun, no end yet', unknown: 'begun, end unknown' };

/** @param again called with an entry, to fill the form with it. */
export function execHistory(again) {
  const [slot, body] = [h('div', {}), h('tbody')];
  const head = h('tr', {}, ['Host', 'Command', 'State', 'Duration', 'Started', 'By', 'Actions'].map(n => h('th', { scope: 'col' }, n)));
  const table = h('div', { class: 'scroll', hidden: true },
    h('table', { class: 'table', 'data-testid': 'exec-history' }, h('thead', {}, head), body));
  const audit = auditTable();
  const scope = h('p', { class: 'soft small', 'data-testid': 'exec-scope' });
  const reload = h('button', { type: 'button', class: 'plain', 'data-testid': 'exec-reload', on: { click: () => load() } }, 'Reload');
  const node = h('div', { class: 'stack' }, h('div', { class: 'row' }, h('h2', {}, 'Recent commands'), reload), scope, slot, table, audit.node);

  async function load() {
    if (!body.firstChild) slot.replaceChildren(loading('recent commands'));
    setText(scope, whose());
    audit.load();
    try {
      const items = (await get('/api/dgx/exec'))?.items ?? [];
      const none = `${may('control') ? 'No command has run' : 'You have run no command'} since the service started`;
      slot.replaceChildren(...(items.length || state.me?.anonymous ? [] : [notice('empty', none)]));
      table.hidden = items.length === 0;
      keyed(body, items, e => e.exec_id, row);
    } catch (error) {
      if (error.status !== 0) slot.replaceChildren(problem('Recent commands', error, load)); // the header says that the service is gone
    }
  }

  function row(first) {
    const [state, took] = [pill('history-state'), h('td', { class: 'mono', 'data-name': 'took' })];
    const end = h('button', { type: 'button', class: 'danger', 'data-testid': 'history-cancel', on: { click: () => cancel(first) } }, 'Cancel');
    const repeat = may('control')
      ? h('button', { type: 'button', 'data-testid': 'history-again', on: { click: () => again(first) } }, 'Again')
      : null;
    const node = h(
      'tr',
      { 'data-testid': 'history-entry' },
      h('td', {}, remote(first.host, 60)),
      h('td', { class: 'wide' }, h('code', { class: 'break' }, clean(first.command, 200))),
      h('td', {}, state.node),
      took,
      h('td', { class: 'mono', 'data-name': 'at' }, at(first.started)),
      h('td', { 'data-name': 'by' }, remote(first.caller, 40)),
      h('td', {}, h('span', { class: 'row' }, end, repeat)),
    );
    return { node, update(e) {
      state.set(
        e.state === 'exited' && e.exit_code !== 0 ? 'error' : (TONE[e.state] ?? e.state),
        known(e.exit_code) ? `exit ${e.exit_code}` : e.state === 'exited' ? 'ended by a signal' : words(e.state),
      );
      setText(took, e.duration_ms === null ? '' : milliseconds(e.duration_ms));
      end.hidden = e.state !== 'running' || !may('control');
    } };
  }

  async function cancel(entry) {
    try {
      await remove(`/api/dgx/exec/${encodeURIComponent(entry.exec_id)}`);
      toast(`${clean(entry.host, 60)}: cancelling the command.`);
    } catch (error) {
      toast(`${clean(entry.host, 60)}: ${error.message}`, 'bad');
    }
    load();
  }

  return { node, load };
}

/** Which commands the service lists for this caller. */
function whose() {
  if (state.me?.anonymous) return 'Log in to see the commands that you have run.';
  if (!may('control')) return 'Your own commands since the service started. Those of others need the scope control.';
  return `Commands of all keys, the last 200 since the service started.${may('admin') ? ' The audit log below goes back further.' : ''}`;
}

function auditTable() {
  const [slot, body] = [h('div', {}), h('tbody')];
  const older = h('button', { type: 'button', class: 'plain', 'data-testid': 'audit-older', hidden: true }, 'Older');
  const details = h(
    'details',
    { 'data-testid': 'audit' },
    h('summary', {}, 'Audit log'),
    slot,
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'table' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['When', 'Who', 'From', 'Action', 'Target', 'Command', 'Exit', 'Outcome'].map(n => h('th', { scope: 'col' }, n)),
          ),
        ),
        body,
      ),
    ),
    older,
  );
  let cursor = null;

  async function load(more) {
    details.hidden = !may('admin');
    if (details.hidden || !details.open) return;
    try {
      const page = await get(`/api/audit?limit=50${more && cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      if (!more) body.replaceChildren();
      body.append(
        ...page.items.map(e =>
          h(
            'tr',
            { 'data-testid': 'audit-entry' },
            h('td', { class: 'mono' }, at(e.at)),
            h('td', { 'data-name': 'who' }, remote(e.who || '(wrong key)', 40)),
            h('td', { class: 'mono' }, clean(e.address, 45)),
            h('td', {}, clean(e.action, 30)),
            h('td', {}, remote(e.target, 80)),
            h('td', { class: 'wide' }, h('code', { class: 'break' }, clean(e.command, 200))),
            h('td', { class: 'mono' }, e.exit_code === null ? '' : String(e.exit_code)),
            h('td', { class: tone(TONE[e.outcome]), 'data-name': 'outcome' }, OUTCOME[e.outcome] ?? words(e.outcome)),
          ),
        ),
      );
      cursor = page.next_cursor;
      older.hidden = !cursor;
      slot.replaceChildren();
    } catch (error) {
      if (error.status !== 0) slot.replaceChildren(problem('The audit log', error, () => load(false)));
    }
  }

  details.addEventListener('toggle', () => load(false));
  older.addEventListener('click', () => load(true));
  details.hidden = true;
  return { node: details, load: () => load(false) };
}
