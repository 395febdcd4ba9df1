// Agents, their sessions as a tree, each below the session that spawned it, and the runs of their sub-agents.
import { exactCount, reasonText } from '../core/amounts.js';
import { createButton, fill, h, setText, setVar } from '../core/dom.js';
import { ABSENT, isNumber, lasting, percent, plural } from '../core/format.js';
import { sanitize } from '../core/text.js';
import { filterBox, meter } from '../core/ui.js';
import { countColumn, stateColumn, textColumn, timeColumn, usdColumn } from '../widgets/columns.js';
import { panel, whenTyped } from '../widgets/panel.js';
import { dataTable } from '../widgets/table.js';
import { showSession } from './agentpreview.js';

const INTERVAL_MS = 15_000;
const MAX_INDENT = 6;
const MAX_AGENTS = 100;
const TYPES = { direct: 'direct message', subagent: 'sub-agent' };
const TONES = {
  running: 'ok', completed: 'ok', failed: 'failed', timeout: 'failed', timed_out: 'failed', lost: 'failed', killed: 'warning', cancelled: 'warning',
};

/** @param onFilter called with the text of the filter. */
export function sessionPanel(settings, query, onFilter) {
  const typed = whenTyped(() => part.reload());
  const filter = filterBox('agent-sessions-filter', 'Filter sessions', text => {
    onFilter(text);
    typed();
  });
  const summary = h('p', { class: 'soft small', role: 'status', 'data-testid': 'agent-sessions-count' });
  let usageReason = null;
  const why = () => reasonText(usageReason);
  const table = dataTable('agent-sessions', [
    ['Session', null, { wide: true, part: sessionCell }],
    stateColumn('Status', 'agent-session-status', s => [TONES[s.status] ?? '', s.status ?? ABSENT]),
    textColumn('Model', s => s.model),
    ['Context', null, { part: () => {
      const bar = meter('Context in use', 'agent-session-context', true);
      return { node: bar.node, update(s) {
        bar.set(s.context_percent, percent(s.context_percent), { warn: 80, bad: 95 });
        bar.node.title = isNumber(s.tokens) ? `${exactCount(s.tokens)} of ${exactCount(s.context_tokens) ?? ABSENT} tokens` : 'unknown';
      } };
    } }],
    countColumn('Tokens', s => s.tokens_total, why), usdColumn('Cost', s => s.cost_usd, why), timeColumn('Last activity', s => s.updated_at),
  ], s => `${s.gateway} ${s.key} ${s.indent}`, 'agent-session');
  const none = h('p', { class: 'soft small', 'data-testid': 'agent-sessions-none' }, 'No session matches.');
  const path = () => `/api/monitoring/sessions${query({ q: settings.q })}`;
  const part = panel('Sessions of agents', 'sessions-panel', path, INTERVAL_MS, [table.node, none],
    (sessions, { sources }) => {
      usageReason = sources.find(s => s.usage_reason)?.usage_reason;
      const total = sources.reduce((n, s) => n + (s.shown ?? 0), 0);
      setText(summary, `${sessions.length < total ? `${sessions.length} of ` : ''}${plural(total, 'session')}`);
      none.hidden = sessions.length > 0 || sources.every(s => s.reason);
      table.set(asTree(sessions));
    }, { controls: [filter, summary], page: 20 });
  return { ...part, setFilter(text) { filter.value = text; } };
}

/** Rows in the order of a tree, the last active tree first. A session whose parent is not in the list is at the top. */
function asTree(sessions) {
  const byId = new Map(sessions.map(s => [`${s.gateway} ${s.key}`, s]));
  const parentOf = s => byId.get(`${s.gateway} ${s.parent}`);
  const children = Map.groupBy(sessions, parentOf);
  const indents = new Map();
  const add = (s, indent) => {
    if (indents.has(s)) return; // a circle of parents
    indents.set(s, Math.min(indent, MAX_INDENT));
    for (const child of children.get(s) ?? []) add(child, indent + 1);
  };
  for (const s of sessions) {
    let root = s;
    for (let steps = 0; parentOf(root) && steps < sessions.length; steps++) root = parentOf(root);
    add(root, 0);
  }
  return [...indents].map(([s, indent]) => ({ ...s, indent }));
}

function sessionCell(first) {
  const open = () => showSession(first.gateway, first.key);
  const button = createButton('', 'agent-session-open', open, { class: 'plain break', title: 'Show its last messages' });
  const badge = h('span', { class: 'pill', 'data-testid': 'agent-session-type' });
  const [about, error] = [h('p', { class: 'soft small break' }), h('p', { class: 'bad small break' })];
  const node = h('div', { class: 'tree' }, button, ' ', badge, about, error);
  setVar(node, '--indent', String(first.indent));
  return { node, update(s) {
    setText(button, sanitize(s.label || s.key, 100));
    setText(badge, sanitize(TYPES[s.type] ?? s.type, 20));
    setText(about, sanitize(`${s.key}${s.parent && !s.indent ? `, from ${s.parent}` : ''} · ${s.gateway}`, 240));
    setText(error, sanitize(s.last_error ?? '', 240));
  } };
}

/** Runs of sub-agents: stuck ones first, then running ones, then the newest. */
export function subagentPanel(query) {
  const counts = h('p', { class: 'row small', 'data-testid': 'subagents-counts' });
  const words = status => String(status).replaceAll('_', ' ');
  const table = dataTable('subagents', [
    ['Task', null, { wide: true, node: run => h('div', {}, h('bdi', { class: 'break' }, sanitize(run.title ?? run.session ?? run.task_id, 120)),
      h('p', { class: 'soft small break' }, sanitize(`${run.agent}${run.parent ? `, from ${run.parent}` : ''} · ${run.gateway}`, 200)),
      run.error ? h('p', { class: 'bad small break' }, sanitize(run.error, 240)) : null) }],
    stateColumn('Status', 'subagent-status', run => (run.stuck ? ['failed', 'stuck'] : [TONES[run.status] ?? '', words(run.status)])),
    timeColumn('Started', run => run.started_at), ['Duration', run => lasting(run.duration_seconds), { number: true }],
  ], run => `${run.gateway} ${run.task_id} ${run.error}`, 'subagent');
  const none = h('p', { class: 'soft small' }, 'No sub-agent has run.');
  return panel('Sub-agents', 'subagents-panel', () => `/api/monitoring/subagents${query()}`, INTERVAL_MS, [counts, table.node, none],
    (runs, { sources }) => {
      table.set(runs);
      none.hidden = runs.length > 0 || sources.some(s => s.reason);
      const totals = {};
      for (const [status, n] of sources.flatMap(s => Object.entries(s.counts ?? {}))) totals[status] = (totals[status] ?? 0) + n;
      const stuck = runs.filter(run => run.stuck).length;
      fill(counts, stuck ? h('strong', { class: 'bad' }, `${stuck} stuck`) : null, Object.entries(totals).filter(([, n]) => n)
        .map(([status, n]) => h('span', { class: TONES[status] === 'failed' ? 'bad' : null }, `${n} ${words(status)}`)));
    }, { page: 10 });
}

/** @param onAgent called with the agent whose sessions are wanted. */
export function agentPanel(query, onAgent) {
  const table = dataTable('agents', [
    ['Agent', null, { wide: true, node: row => h('div', {},
      createButton(sanitize(`${row.emoji ?? ''} ${row.name ?? row.id}`.trim(), 80), 'agent-sessions-of', () => onAgent(row), {
        class: 'plain break', title: 'Show its sessions',
      }),
      h('p', { class: 'soft small break' }, sanitize(`${row.id}${row.is_default ? ', default' : ''} · ${row.gateway}`, 120))) }],
    textColumn('Model', row => row.model),
    ['Sessions', row => (row.sessions ? `${row.sessions.total}, ${row.sessions.running} running` : ABSENT), { number: true }],
    timeColumn('Last activity', row => row.last_activity_at),
    usdColumn('Today', row => row.cost_today_usd), usdColumn('30 days', row => row.cost_30d_usd),
    countColumn('Tokens today', row => row.tokens_today),
    ['Fullest context', row => percent(row.context_max_percent), { number: true, tone: row => (row.context_max_percent >= 95 ? 'warn' : '') }],
    countColumn('Running sub-agents', row => row.subagents_running),
  ], row => `${row.gateway} ${row.id} ${row.name}`, 'agent');
  return panel('Agents', 'agents-panel', () => `/api/monitoring/agents${query()}`, INTERVAL_MS, table.node, gateways => table.set(
    gateways.flatMap(g => (g.agents ?? []).map(agent => ({ ...agent, gateway: g.gateway }))).slice(0, MAX_AGENTS)));
}
