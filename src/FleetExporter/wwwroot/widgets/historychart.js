// The history of one subject: which value, over which time, as a chart and as a table.
import { get } from '../core/api.js';
import { now } from '../core/clock.js';
import { createButton, fill, h, setAttr, setText } from '../core/dom.js';
import { timestamp } from '../core/format.js';
import { formatValue } from '../core/scale.js';
import { sanitize } from '../core/text.js';
import { choice, errorNotice, tone } from '../core/ui.js';
import { chart } from './chart.js';

const RANGES = { '1h': '1 h', '6h': '6 h', '24h': '24 h', '7d': '7 d', '30d': '30 d' };
const RANGE_MS = { '1h': 3600e3, '6h': 6 * 3600e3, '24h': 24 * 3600e3, '7d': 7 * 86400e3, '30d': 30 * 86400e3 };
const MIN_RELOAD_MS = 15_000;
const MAX_RELOAD_MS = 60_000;
const MIN_PERIOD_MS = 5 * 60_000;
const MAX_PERIOD_MS = 399 * 86400e3; // the API allows 400 days
const MAX_TABLE_ROWS = 400;

function parsePeriod(text) {
  const [from, to] = (text ?? '').split('/').map(time => Date.parse(time));
  return to - from >= MIN_PERIOD_MS && to - from <= MAX_PERIOD_MS ? [from, to] : null;
}

/**
 * @param subjects what can be shown: [{id, name, values}], with id as in /api/history (host:NAME, gpu:HOST/INDEX …) and its values by their names.
 * @param settings subject, value, range and period to begin with; the period is empty, or begin and end in ISO 8601 with a slash between.
 * @param eventsPath request for the events to mark, without times; null for none.
 * @param onChange called with these settings as they are chosen, to keep them in the address.
 */
export function historyChart(subjects, settings, eventsPath, onChange) {
  let subject = subjects.find(s => s.id === settings.subject) ?? subjects[0];
  let value = Object.hasOwn(subject.values, settings.value) ? settings.value : Object.keys(subject.values)[0];
  let range = Object.hasOwn(RANGES, settings.range) ? settings.range : '1h';
  let period = parsePeriod(settings.period); // [from, to] after zooming
  let loadedAt = -Infinity;
  let reloadAfter = MIN_RELOAD_MS;
  let request = null;
  let answer = null;

  const plot = chart('History', (from, to) => zoom(from, to));
  const message = h('div', {});
  const note = h('p', { class: 'soft small', 'data-testid': 'history-note', hidden: true });
  const subjectSelect = h('select', { 'data-testid': 'history-subject', 'aria-label': 'Of what' });
  const valueSelect = h('select', { 'data-testid': 'history-value', 'aria-label': 'Value' });
  subjectSelect.addEventListener('change', () => select(subjectSelect.value));
  valueSelect.addEventListener('change', () => select(subject.id, valueSelect.value));
  const ranges = choice('Period', RANGES, range, key => { range = key; period = null; changed(); });
  const zoomIn = createButton('Zoom in', 'history-zoom-in', () => scale(0.5), { disabled: true });
  const zoomOut = createButton('Zoom out', 'history-zoom-out', () => scale(2), { disabled: true });
  const reset = createButton('Reset', 'history-reset', () => {
    period = null;
    if (document.activeElement === reset) zoomOut.focus(); // the button goes
    changed();
  }, { hidden: true });
  const tableBox = h('div', { class: 'scroll table-box', tabindex: 0, role: 'region', 'aria-label': 'Values' });
  const table = h('details', { 'data-testid': 'history-table', on: { toggle: showTable } }, h('summary', {}, 'As a table'), tableBox);
  const node = h(
    'section',
    { class: 'card stack history', 'data-testid': 'history', 'aria-label': 'History' },
    h('div', { class: 'row' }, h('h2', {}, 'History'), subjectSelect, valueSelect, ranges, h('span', { class: 'row end' }, zoomIn, zoomOut, reset)),
    message,
    plot.node,
    note,
    table,
  );

  function showSubjects() {
    fill(subjectSelect, subjects.map(s => h('option', { value: s.id }, sanitize(s.name, 60))));
    fill(valueSelect, Object.entries(subject.values).map(([key, name]) => h('option', { value: key }, name)));
    [subjectSelect.value, valueSelect.value] = [subject.id, value];
    subjectSelect.hidden = subjects.length < 2;
  }

  /** Shows another subject or value, with the same period. */
  function select(subjectId, valueName = value) {
    subject = subjects.find(s => s.id === subjectId) ?? subjects[0];
    value = Object.hasOwn(subject.values, valueName) ? valueName : Object.keys(subject.values)[0];
    showSubjects();
    changed();
  }

  function changed() {
    reset.hidden = !period;
    onChange?.({ subject: subject.id, value, range, period: (period ?? []).map(time => new Date(time).toISOString()).join('/') });
    loadedAt = -Infinity;
    setAttr(plot.node, 'aria-busy', 'true'); // what is drawn is still the previous choice
    load();
  }

  function zoom(from, to) {
    const end = Math.min(now(), Math.max(to, (from + to + MIN_PERIOD_MS) / 2));
    period = [Math.min(from, end - MIN_PERIOD_MS), end];
    changed();
  }

  /** Around the cursor, or towards the newest values. */
  function scale(factor) {
    const [from, to] = [Date.parse(answer.from), Date.parse(answer.to)];
    const fixed = plot.cursorTime() ?? to;
    zoom(Math.max(fixed - (fixed - from) * factor, now() - MAX_PERIOD_MS), Math.min(fixed + (to - fixed) * factor, now()));
  }

  async function load() {
    if (document.hidden || now() - loadedAt < reloadAfter) return;
    loadedAt = now();
    request?.abort();
    const own = request = new AbortController();
    const time = period ? `from=${new Date(period[0]).toISOString()}&to=${new Date(period[1]).toISOString()}` : `range=${range}`;
    const since = new Date(period ? period[0] : now() - RANGE_MS[range]).toISOString();
    const until = period ? `&until=${new Date(period[1]).toISOString()}` : '';
    const path = `/api/history?subject=${encodeURIComponent(subject.id)}&value=${value}&${time}`;
    try {
      const [history, events] = await Promise.all([
        get(path, { signal: own.signal, quiet: true }),
        eventsPath ? get(`${eventsPath}&since=${since}${until}&limit=200`, { signal: own.signal, quiet: true }).catch(() => null) : null,
      ]);
      if (own !== request) return;
      show(history, events?.items ?? []);
    } catch (error) {
      if (own !== request || error.name === 'AbortError' || (error.status === 0 && answer)) return;
      reloadAfter = MIN_RELOAD_MS;
      plot.node.hidden = table.hidden = true;
      if (message.shown !== error.message) fill(message, errorNotice('The history', error, () => changed()));
      message.shown = error.message; // an unchanged notice stays: screen readers repeat new elements
    } finally {
      if (own === request) setAttr(plot.node, 'aria-busy', null);
    }
  }

  function show(history, events) {
    answer = history;
    zoomIn.disabled = zoomOut.disabled = false;
    const [from, to] = [Date.parse(history.from), Date.parse(history.to)];
    const isEmpty = !history.series.some(series => series.avg.some(v => v !== null));
    reloadAfter = isEmpty ? MIN_RELOAD_MS : Math.min(MAX_RELOAD_MS, Math.max(MIN_RELOAD_MS, history.step_seconds * 1000));
    plot.node.hidden = table.hidden = isEmpty;
    const text = `No values of ${subject.values[value]} in this period.`;
    message.shown = '';
    fill(message, isEmpty ? h('p', { class: 'soft', 'data-testid': 'history-empty' }, text) : null);
    plot.set({ unit: history.unit, from, to, times: history.times, series: history.series, events: events
      .map(e => ({ time: Date.parse(e.time), text: sanitize(e.text, 160), tone: tone(e.severity) }))
      .filter(e => e.time >= from && e.time <= to) });
    setText(note, sanitize(history.hint ?? '', 300));
    note.hidden = !history.hint;
    showTable();
  }

  function showTable() {
    if (!table.open || !answer) return;
    const { times, series, unit } = answer;
    const every = Math.ceil(times.length / MAX_TABLE_ROWS);
    const rows = times.map((time, at) => [time, at]).filter(([, at]) => at % every === 0).reverse();
    const names = series.map(s => sanitize(s.name, 60));
    fill(tableBox, h('table', { class: 'table' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Time'), names.map(name => h('th', { scope: 'col', class: 'number' }, name)))),
      h('tbody', {}, rows.map(([time, at]) => h('tr', {}, h('td', {}, timestamp(time)),
        series.map((s, i) => h('td', { class: 'number', 'data-name': names[i] }, formatValue(s.avg[at], unit))))))));
  }

  showSubjects();
  reset.hidden = !period;
  return { node, update: load, select, setSubjects(next) {
    const isListed = next.some(s => s.id === subject.id); // what is shown stays, also while its host does not list it
    const list = isListed ? next : [...next, subject];
    if (list.map(s => s.id).join() === subjects.map(s => s.id).join()) return;
    subjects = list;
    subject = subjects.find(s => s.id === subject.id);
    showSubjects();
  } };
}
