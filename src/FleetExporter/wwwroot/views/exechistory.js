// Recent commands that the caller may see and, for administrators, the audit log.
import { get, remove } from '../core/api.js';
import { createButton, h, keyed, setText } from '../core/dom.js';
import { isNumber, milliseconds, timestamp } from '../core/format.js';
import { hasScope, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { errorNotice, loading, notice, pill, toast, tone } from '../core/ui.js';

const STATE_TONES = {
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

const stateText = state => sanitize(state, 20).replaceAll('_', ' ');

/** Outcomes of audited calls without a second row. */
const OUTCOME_TEXTS = { begun: 'started, not finished', unknown: 'started, end unknown' };

/** @param onReuse called with the entry whose command goes into the form. */
export function execHistory(onReuse) {
  const [noticeSlot, body] = [h('div', {}), h('tbody')];
  const head = h('tr', {}, ['Host', 'Command', 'State', 'Duration', 'Started', 'Caller', 'Actions'].map(n => h('th', { scope: 'col' }, n)));
  const table = h('div', { class: 'scroll', hidden: true },
    h('table', { class: 'table', 'data-testid': 'exec-history' }, h('thead', {}, head), body));
  const audit = auditTable();
  const scope = h('p', { class: 'soft small', 'data-testid': 'exec-scope' });
  const reload = createButton('Reload', 'exec-reload', () => load(), { class: 'plain' });
  const node = h('div', { class: 'stack' }, h('div', { class: 'row' }, h('h2', {}, 'Recent commands'), reload), scope, noticeSlot, table, audit.node);

  async function load() {
    if (!body.firstChild) noticeSlot.replaceChildren(loading('recent commands'));
    setText(scope, scopeText());
    audit.load();
    try {
      const items = (await get('/api/dgx/exec'))?.items ?? [];
      const emptyText = `${hasScope('control') ? 'No command has run' : 'You have run no command'} since the service started`;
      noticeSlot.replaceChildren(...(items.length || state.me?.anonymous ? [] : [notice('empty', emptyText)]));
      table.hidden = items.length === 0;
      keyed(body, items, e => e.exec_id, row);
    } catch (error) {
      // If the service is unreachable, the header shows it.
      if (error.status !== 0) noticeSlot.replaceChildren(errorNotice('Recent commands', error, load));
    }
  }

  function row(first) {
    const [state, durationCell] = [pill('history-state'), h('td', { class: 'mono', 'data-name': 'Duration' })];
    const cancelButton = createButton('Cancel', 'history-cancel', () => cancel(first), { class: 'danger' });
    const reuseButton = hasScope('control') ? createButton('Again', 'history-again', () => onReuse(first)) : null;
    const node = h(
      'tr',
      { 'data-testid': 'history-entry' },
      h('td', {}, remoteText(first.host, 60)),
      h('td', { class: 'wide' }, h('code', { class: 'break' }, sanitize(first.command, 200))),
      h('td', {}, state.node),
      durationCell,
      h('td', { class: 'mono', 'data-name': 'Started' }, timestamp(first.started)),
      h('td', { 'data-name': 'Caller' }, remoteText(first.caller, 40)),
      h('td', {}, h('span', { class: 'row' }, cancelButton, reuseButton)),
    );
    return { node, update(e) {
      state.set(
        e.state === 'exited' && e.exit_code !== 0 ? 'error' : (STATE_TONES[e.state] ?? e.state),
        isNumber(e.exit_code) ? `exit ${e.exit_code}` : e.state === 'exited' ? 'ended by a signal' : stateText(e.state),
      );
      setText(durationCell, e.duration_ms === null ? '' : milliseconds(e.duration_ms));
      cancelButton.hidden = e.state !== 'running' || !hasScope('control');
    } };
  }

  async function cancel(entry) {
    try {
      await remove(`/api/dgx/exec/${encodeURIComponent(entry.exec_id)}`);
      toast(`${sanitize(entry.host, 60)}: cancelling the command.`);
    } catch (error) {
      toast(`${sanitize(entry.host, 60)}: ${error.message}`, 'bad');
    }
    load();
  }

  return { node, load };
}

/** Which commands the service lists for this caller. */
function scopeText() {
  if (state.me?.anonymous) return 'Log in to see the commands that you have run.';
  if (!hasScope('control')) return 'Your own commands since the service started. Those of others need the scope control.';
  return `Commands of all keys, the last 200 since the service started.${hasScope('admin') ? ' The audit log below goes back further.' : ''}`;
}

function auditTable() {
  const [noticeSlot, body] = [h('div', {}), h('tbody')];
  const olderButton = h('button', { type: 'button', class: 'plain', 'data-testid': 'audit-older', hidden: true }, 'Older');
  const details = h(
    'details',
    { 'data-testid': 'audit' },
    h('summary', {}, 'Audit log'),
    noticeSlot,
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
            ['Time', 'Caller', 'Address', 'Action', 'Target', 'Command', 'Exit', 'Outcome'].map(n => h('th', { scope: 'col' }, n)),
          ),
        ),
        body,
      ),
    ),
    olderButton,
  );
  let cursor = null;

  async function load(append) {
    details.hidden = !hasScope('admin');
    if (details.hidden || !details.open) return;
    try {
      const page = await get(`/api/audit?limit=50${append && cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      if (!append) body.replaceChildren();
      body.append(
        ...page.items.map(e =>
          h(
            'tr',
            { 'data-testid': 'audit-entry' },
            h('td', { class: 'mono' }, timestamp(e.at)),
            h('td', { 'data-name': 'Caller' }, remoteText(e.who || '(wrong key)', 40)),
            h('td', { class: 'mono' }, sanitize(e.address, 45)),
            h('td', {}, sanitize(e.action, 30)),
            h('td', {}, remoteText(e.target, 80)),
            h('td', { class: 'wide' }, h('code', { class: 'break' }, sanitize(e.command, 200))),
            h('td', { class: 'mono' }, e.exit_code === null ? '' : String(e.exit_code)),
            h('td', { class: tone(STATE_TONES[e.outcome]), 'data-name': 'Outcome' }, OUTCOME_TEXTS[e.outcome] ?? stateText(e.outcome)),
          ),
        ),
      );
      cursor = page.next_cursor;
      olderButton.hidden = !cursor;
      noticeSlot.replaceChildren();
    } catch (error) {
      if (error.status !== 0) noticeSlot.replaceChildren(errorNotice('The audit log', error, () => load(false)));
    }
  }

  details.addEventListener('toggle', () => load(false));
  olderButton.addEventListener('click', () => load(true));
  details.hidden = true;
  return { node: details, load: () => load(false) };
}
