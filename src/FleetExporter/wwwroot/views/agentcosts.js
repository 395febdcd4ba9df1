// What agents cost and how many tokens they use: by window, day, model, agent and cron job; of one gateway, or summed over all.
import { get } from '../core/api.js';
import { budgetText, budgetTone, exactUsd, reasonText, sum, usd } from '../core/amounts.js';
import { fill, h, setAttr, setText, setVar } from '../core/dom.js';
import { isNumber } from '../core/format.js';
import { sanitize } from '../core/text.js';
import { countColumn, usdColumn } from '../widgets/columns.js';
import { panel } from '../widgets/panel.js';
import { dataTable } from '../widgets/table.js';

export const WINDOWS = { today: 'Today', '7d': '7 days', '30d': '30 days', all: 'All' };
const INTERVAL_MS = 30_000;
const MAX_ROWS = 20;
const TOKENS = { calls: 'Calls', input: 'Input', output: 'Output', cache_read: 'Cache read', cache_write: 'Cache write', total: 'Total' };

/** @param settings has `window`. */
export function costPanel(settings, query) {
  const tiles = h('div', { class: 'strip tiles', 'data-testid': 'costs-tiles' });
  const [gaps, limits] = ['gaps', 'budgets'].map(name => h('ul', { class: 'plain-list small', 'data-testid': `costs-${name}` }));
  const bars = dayBars();
  const tables = Object.keys(KINDS).map(kind => costTable(kind, settings));
  let budgets = [];
  return panel('Costs', 'costs', () => `/api/monitoring/costs${query()}`, INTERVAL_MS,
    [tiles, gaps, limits, bars.node, h('div', { class: 'columns costs' }, tables.map(table => table.node))],
    gateways => {
      const own = budgets.filter(b => gateways.some(g => g.gateway === b.gateway) && b.agent === null && b.cron === null);
      const budgetOf = period => sum(gateways.map(g => own.find(b => b.gateway === g.gateway && b.period === period)?.usd));
      const [month, projected] = [budgetOf('month'), sum(gateways.map(g => g.projected_month_usd))];
      fill(tiles, Object.entries(WINDOWS).map(([window, name]) => tile(window, name, sum(gateways.map(g => g.usd?.[window])))),
        tile('month', `Projected month${month === null ? '' : `, budget ${usd(month)}`}`, projected, budgetTone(projected, month)));
      fill(gaps, gateways.flatMap(gapsOf).map(text => h('li', { class: 'warn' }, text)));
      fill(limits, own.map(b => h('li', { class: budgetTone(b.spent_usd, b.usd) }, `Budget of ${sanitize(b.gateway, 60)}: ${budgetText(b)}`)));
      bars.set(daysOf(gateways), budgetOf('day'));
      for (const table of tables) table.set(gateways, budgets);
    }, { request: async path => {
      const [answer, loaded] = await Promise.all([get(path), get('/api/monitoring/budgets')]);
      budgets = loaded.items;
      return answer;
    } });
}

const tile = (id, name, amount, tone) => h('div', { 'data-testid': `cost-${id}`, title: exactUsd(amount) ?? 'unknown' },
  h('b', { class: tone }, usd(amount)), h('span', {}, name));

/** What is missing of a gateway's costs, and why. */
const gapsOf = g => (g.reason ? [] : [
  ['costs', g.usd_reason ?? (g.settled === false ? 'refreshing' : null)], ['costs of cron jobs', g.usd_reason ? null : g.by_cron_reason],
  ['days and projection', g.daily.reason],
].filter(([, reason]) => reason).map(([what, reason]) => `${what} of ${sanitize(g.gateway, 60)}: ${reasonText(reason)}`));

/** The days of all gateways; a day that is unknown of one has no sum. */
function daysOf(gateways) {
  const dates = [...new Set(gateways.flatMap(g => (g.by_day ?? []).map(d => d.date)))].sort().slice(-30);
  return dates.map(date => ({ date, usd: sum(gateways.map(g => g.by_day?.find(d => d.date === date)?.usd)) }));
}

/** Cost per UTC day as bars, with the budget of a day as a dashed line. Days without a value have a hatched bar. */
function dayBars() {
  const [bars, line] = [h('div', { class: 'day-bars' }), h('div', { class: 'budget-line', 'data-testid': 'costs-day-budget' })];
  const plot = h('div', { class: 'day-plot', role: 'img', 'data-testid': 'costs-days' }, bars, line);
  const [first, about, last] = ['', '', 'end'].map(name => h('span', { class: name }));
  const table = dataTable('costs-by-day', [['Day (UTC)', day => day.date], usdColumn('Cost', day => day.usd)], day => day.date);
  const box = h('div', { class: 'table-box', tabindex: 0, role: 'group', 'aria-label': 'Cost by day' }, table.node);
  return { node: h('figure', { class: 'stack' }, plot, h('p', { class: 'row soft small' }, first, about, last),
    h('details', {}, h('summary', {}, 'As a table'), box)),
  set(days, budget) {
    const high = Math.max(...days.map(d => d.usd ?? 0), budget ?? 0, 1e-9);
    fill(bars, days.map(day => {
      const bar = h('i', { class: !isNumber(day.usd) ? 'absent' : isNumber(budget) && day.usd > budget ? 'bad' : '', 'data-day': day.date,
        title: `${day.date}: ${exactUsd(day.usd) ?? 'unknown'}` });
      setVar(bar, '--share', isNumber(day.usd) ? `${day.usd / high * 100}%` : '100%');
      return bar;
    }));
    line.hidden = !isNumber(budget);
    setVar(line, '--share', `${(budget ?? 0) / high * 100}%`);
    setText(first, days[0]?.date ?? 'no days');
    setText(last, days.at(-1)?.date ?? '');
    const highest = days.length ? `highest ${usd(Math.max(...days.map(d => d.usd ?? 0)))} a day` : '';
    const above = days.filter(d => d.usd > budget).length;
    setText(about, line.hidden ? highest : `${highest}, budget ${usd(budget)} a day (dashed), ${above} days above it`);
    setAttr(plot, 'aria-label', `Cost per day, ${first.textContent} to ${last.textContent}: ${about.textContent}`);
    table.set([...days].reverse());
  } };
}

const KINDS = {
  model: { title: 'By model', list: 'by_model', id: row => row.model },
  agent: { title: 'By agent', list: 'by_agent', id: row => row.agent, budget: (b, id) => b.cron === null && b.agent === id },
  cron: {
    title: 'By cron job', list: 'by_cron', id: row => row.id, name: row => row.name ?? `${row.id} (removed)`, budget: (b, id) => b.cron === id,
  },
};

/** Rows of one window, the most expensive first, with the rest and the total. */
function costTable(kind, settings) {
  const { title, list, id, name = id, budget } = KINDS[kind];
  const [node, note] = [h('div', { class: 'stack' }), h('p', { class: 'soft small' })];
  let [table, budgets, hasBudgets] = [null, [], null];
  const limitsOf = row => budgets.filter(b => row.id && b.gateway === row.gateway && budget?.(b, row.id));
  const worst = row => ['bad', 'warn', 'ok'].find(tone => limitsOf(row).some(b => budgetTone(b.spent_usd, b.usd) === tone));
  return { node, set(gateways, all) {
    budgets = all;
    const rows = rowsOf(gateways);
    const isLimited = rows.some(row => limitsOf(row).length);
    if (hasBudgets !== isLimited) {
      hasBudgets = isLimited;
      table = dataTable(`costs-by-${kind}`, [
        [title, row => row.name, { wide: true, tone: row => (row.id ? '' : 'soft') }], usdColumn('Cost', row => row.usd),
        ...(hasBudgets ? [['Budget', row => limitsOf(row).map(budgetText).join(', '), { number: true, tone: worst }]] : []),
      ], row => row.key);
      fill(node, table.node, note);
    }
    const rest = rows.splice(MAX_ROWS);
    const add = (key, text, amounts) => rows.push({ key, name: text, usd: sum(amounts) });
    if (rest.length) add('rest', `${rest.length} more`, rest.map(r => r.usd));
    if (kind === 'cron') add('other', 'Other, without cron jobs', gateways.map(g => g.other_usd?.[settings.window]));
    add('total', 'Total', gateways.map(g => g.usd?.[settings.window]));
    table.set(rows);
    const unknown = gateways.filter(g => !g[list]).map(g => sanitize(g.gateway, 60));
    setText(note, unknown.length ? `Unknown of ${unknown.join(', ')}.` : '');
  } };

  function rowsOf(gateways) {
    const rows = new Map();
    for (const g of gateways) {
      for (const row of g[list] ?? []) {
        const key = kind === 'model' ? id(row) : `${g.gateway} ${id(row)}`;
        const label = `${name(row)}${gateways.length > 1 && kind !== 'model' ? ` · ${g.gateway}` : ''}`;
        if (!rows.has(key)) rows.set(key, { key, id: id(row), gateway: g.gateway, name: sanitize(label, 100), parts: [] });
        rows.get(key).parts.push(row.usd[settings.window]);
      }
    }
    return [...rows.values()].map(row => ({ ...row, usd: sum(row.parts) })).filter(row => row.usd !== 0)
      .sort((a, b) => (b.usd ?? 0) - (a.usd ?? 0) || a.name.localeCompare(b.name));
  }
}

export function tokenPanel(settings, query) {
  const table = (testid, title) => dataTable(testid, [
    [title, row => row.name, { wide: true, tone: row => (row.isTotal ? 'soft' : '') }],
    ...Object.entries(TOKENS).map(([key, name]) => countColumn(name, row => row[key])), usdColumn('Cost', row => row.usd),
  ], row => row.name);
  const [models, subagents] = [table('tokens-by-model', 'Model'), table('tokens-of-subagents', 'Model of sub-agents')];
  const [gaps, none] = [h('ul', { class: 'plain-list small' }), h('p', { class: 'soft small' }, 'No sub-agent used a model.')];
  return panel('Tokens', 'tokens', () => `/api/monitoring/tokens${query()}`, INTERVAL_MS, [gaps, models.node, subagents.node, none], gateways => {
    fill(gaps, gateways.flatMap(g => [['tokens', g.models_reason], ['tokens of sub-agents', g.subagents_reason]].filter(([, reason]) => reason)
      .map(([what, reason]) => h('li', { class: 'warn' }, `${what} of ${sanitize(g.gateway, 60)}: ${reasonText(reason)}`))));
    models.set(tokenRows(gateways.map(g => g.models), settings.window));
    const rows = tokenRows(gateways.map(g => g.subagents), settings.window);
    subagents.set(rows);
    none.hidden = rows.length > 0 || gateways.some(g => !g.subagents);
  });
}

/** One row per model over all gateways, the most used first, and their sum. Without models that were not used in the window. */
function tokenRows(lists, window) {
  const byModel = new Map();
  for (const { model, windows } of lists.flatMap(list => list ?? [])) byModel.set(model, [...(byModel.get(model) ?? []), windows[window]]);
  const amounts = parts => Object.fromEntries([...Object.keys(TOKENS), 'usd'].map(key => [key, sum(parts.map(part => part?.[key]))]));
  const rows = [...byModel].map(([model, parts]) => ({ name: sanitize(model, 80), ...amounts(parts) }))
    .filter(row => row.total !== 0 || row.usd !== 0).sort((a, b) => (b.total ?? 0) - (a.total ?? 0)).slice(0, MAX_ROWS);
  return rows.length > 1 ? [...rows, { name: 'All models', isTotal: true, ...amounts(rows) }] : rows;
}
