// Cron jobs: failing ones first. A row unfolds to the job's diagnostics and its runs, read from the gateway when asked for.
import { get } from '../core/api.js';
import { exactUsd, reasonText } from '../core/amounts.js';
import { createButton, fill, h, setAttr, setText } from '../core/dom.js';
import { ABSENT, isNumber, lasting, plural, timestamp } from '../core/format.js';
import { sanitize } from '../core/text.js';
import { errorNotice, factList, loading, pill } from '../core/ui.js';
import { countColumn, stateColumn, textColumn, timeColumn, usdColumn } from '../widgets/columns.js';
import { panel, select, whenTyped } from '../widgets/panel.js';
import { dataTable } from '../widgets/table.js';

const INTERVAL_MS = 15_000;
const FLAPPING = '3 consecutive errors, or 3 changes between success and failure among the last 10 runs';
const STATUSES = {
  '': 'All', 'error,aborted': 'Failing', overdue: 'Overdue', flapping: 'Flapping', running: 'Running', disabled: 'Disabled',
};

/** Tone and word of a job's state; the first that applies. */
const stateOf = c => (c.enabled === false ? ['', 'disabled']
  : c.last_status === 'error' ? ['failed', 'failing']
  : c.last_status === 'aborted' ? ['failed', 'aborted']
  : c.overdue ? ['degraded', 'overdue']
  : c.running ? ['ok', 'running']
  : [c.last_status === 'ok' ? 'ok' : '', c.last_status ?? 'no run yet']);

const deliveryColumn = textColumn('Delivery', row => row.delivery, { tone: row => (row.delivery === 'not_delivered' ? 'bad' : '') });

/** @param settings has `window` and `cron`, the statuses to show. */
export function cronPanel(settings, query, onStatus) {
  const open = new Set();
  const idOf = c => `${c.gateway} ${c.id}`;
  const summary = h('p', { class: 'soft small', role: 'status', 'data-testid': 'crons-count' });
  const filter = h('input', {
    type: 'search', 'data-testid': 'crons-filter', 'aria-label': 'Filter cron jobs', placeholder: 'Filter cron jobs',
    on: { input: whenTyped(() => part.reload()) },
  });
  const statuses = select('crons-status', 'State of cron jobs', STATUSES, value => {
    onStatus(value);
    part.reload();
  });
  const toggle = c => {
    if (!open.delete(idOf(c))) open.add(idOf(c));
    part.render();
  };
  const table = dataTable('crons', [
    ['Job', null, { wide: true, part: first => jobCell(first, c => open.has(idOf(c)), toggle) }],
    ['State', null, { part: stateCell }],
    textColumn('Schedule', c => c.schedule_text, { title: c => sanitize(c.schedule, 120) }),
    timeColumn('Next run', c => c.next_run_at, c => (c.overdue ? 'warn' : '')), timeColumn('Last run', c => c.last_run_at),
    ['Duration', c => lasting(c.last_duration_seconds), { number: true }],
    textColumn('Model', c => c.model), deliveryColumn,
    ['Errors', c => String(c.consecutive_errors ?? ABSENT), {
      number: true, title: () => 'consecutive errors', tone: c => (c.consecutive_errors ? 'bad' : ''),
    }],
    usdColumn('Cost', c => c.usd[settings.window]),
  ], idOf, 'cron', { isOpen: c => open.has(idOf(c)), make: unfolded });
  const none = h('p', { class: 'soft small' }, 'No cron job matches.');
  const path = () => `/api/monitoring/crons${query({ q: filter.value.trim(), status: settings.cron })}`;
  const part = panel('Cron jobs', 'crons-panel', path, INTERVAL_MS, [table.node, none],
    (crons, { sources }) => {
      table.set(crons);
      none.hidden = crons.length > 0 || sources.every(s => s.reason);
      const total = sources.reduce((n, s) => n + (s.total ?? 0), 0);
      setText(summary, `${crons.length < total ? `${crons.length} of ` : ''}${plural(total, 'job')}`);
    }, { controls: [statuses, filter, summary], page: 20 });
  return { ...part, setStatus(value) { statuses.value = value; } };
}

function jobCell(first, isOpen, toggle) {
  const button = createButton('', 'cron-unfold', () => toggle(first), { class: 'plain break unfold' });
  const [about, error] = [h('p', { class: 'soft small break' }), h('p', { class: 'bad small break' })];
  return { node: h('div', {}, button, about, error), update(c) {
    setText(button, sanitize(c.name ?? c.id, 100));
    setAttr(button, 'aria-expanded', String(isOpen(c)));
    setText(about, sanitize([c.agent, c.gateway, c.payload_kind].filter(Boolean).join(' · '), 160));
    setText(error, sanitize(c.last_error ? `${c.last_error}${c.error_reason ? ` (${reasonText(c.error_reason)})` : ''}` : '', 240));
  } };
}

function stateCell() {
  const state = pill('cron-state');
  const flapping = h('span', { class: 'pill warn', 'data-testid': 'cron-flapping', title: FLAPPING }, 'flapping');
  return { node: h('div', { class: 'row' }, state.node, flapping), update(c) {
    state.set(...stateOf(c));
    flapping.hidden = c.flapping !== true;
  } };
}

/** What is below a job's row. */
function unfolded(cron) {
  const facts = h('div', {});
  const runs = h('div', { class: 'stack' });
  loadRuns(cron, runs);
  return { node: h('div', { class: 'stack' }, facts, runs), update(c) {
    fill(facts, factList([
      ['id', c.id], ['schedule', c.schedule], ['diagnostics', c.last_diagnostics],
      ['next runs', c.next_runs ? c.next_runs.map(timestamp).join(', ') || 'none' : `${ABSENT} ${reasonText(c.next_runs_reason)}`],
      ['skipped in a row', c.consecutive_skipped ? String(c.consecutive_skipped) : null],
      ['cost', Object.entries(c.usd).map(([window, amount]) => `${window} ${exactUsd(amount) ?? ABSENT}`).join(', ')],
    ]));
  } };
}

async function loadRuns(cron, box) {
  fill(box, loading('the runs'));
  try {
    const { items, total, at } = await get(
      `/api/monitoring/crons/${encodeURIComponent(cron.id)}/runs?gateway=${encodeURIComponent(cron.gateway)}`);
    const table = dataTable('cron-runs', [
      ['Began', run => timestamp(run.at)],
      stateColumn('Status', 'cron-run-status', run => [{ ok: 'ok', skipped: '' }[run.status] ?? 'failed', run.status ?? ABSENT]),
      ['Duration', run => lasting(run.duration_seconds), { number: true }],
      textColumn('Model', run => run.model), countColumn('Tokens', run => run.tokens?.total), deliveryColumn,
      ['Result', run => sanitize(run.error ?? run.summary ?? '', 300), { wide: true, tone: run => (run.error ? 'bad' : '') }],
    ], run => `${run.at} ${run.run_id}`, 'cron-run');
    table.set(items);
    fill(box, h('p', { class: 'soft small' }, `${items.length}${isNumber(total) ? ` of ${total}` : ''} runs, read at ${timestamp(at)}`),
      items.length ? h('div', { class: 'table-box', tabindex: 0, role: 'group', 'aria-label': 'Runs' }, table.node) : null);
  } catch (error) {
    fill(box, errorNotice('The runs', error, () => loadRuns(cron, box)));
  }
}
