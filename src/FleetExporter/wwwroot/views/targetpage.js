// One target: its state over time, what it reports, its latency by phase, and its last failures.
import { activeAlerts } from '../core/alertlist.js';
import { get, put } from '../core/api.js';
import { now } from '../core/clock.js';
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { age, isNumber, mebibytes, milliseconds, timestamp } from '../core/format.js';
import { hrefOf, viewSettings } from '../core/router.js';
import { formatValue } from '../core/scale.js';
import { hasScope, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { choice, errorNotice, loading, pill, setTone, toast } from '../core/ui.js';
import { alertLine } from '../widgets/alertline.js';
import { eventItem } from '../widgets/eventlist.js';
import { historyChart } from '../widgets/historychart.js';
import { stateBar } from '../widgets/statebar.js';
import { editTarget, kindName, removeTarget, targetPath, targetTrial } from '../widgets/targetforms.js';

const VALUES = {
  service: { latency: 'Latency', phases: 'Latency by phase', up: 'Up', certificate: 'Certificate' },
  provider: {
    latency: 'Latency', requests_running: 'Running requests', requests_waiting: 'Waiting requests', tokens_per_second: 'Tokens per second', up: 'Up',
    certificate: 'Certificate',
  },
  gateway: {
    latency: 'Latency', sessions: 'Sessions', cost: 'Cost today', tokens: 'Tokens today', memory: 'Memory', event_loop_delay: 'Event loop delay',
    up: 'Up',
  },
  tunnel: { parts: 'Parts', up: 'Up', latency: 'Latency' },
};
const EVENTS_MS = 30_000; // between two requests for its events while its state is the same
const BARS = { '24h': '24 h', '7d': '7 d', '30d': '30 d' };
const view = viewSettings({ value: '', range: '24h', bar: '24h', period: '' });

/** @param onChanged called when the target was changed. */
export function targetPage(kind, name, params, onChanged) {
  view.read(params);
  const [subject, path] = [`${kind}:${name}`, targetPath(kind, name)];
  const status = pill('target-state');
  const title = remoteText(name, 80);
  const [reason, since] = [h('p', { class: 'reason break', 'data-testid': 'target-reason' }), h('span', { class: 'soft small end' })];
  const alerts = h('ul', { class: 'plain-list' });
  const facts = h('dl', { class: 'facts', 'data-testid': 'target-facts' });
  const parts = h('ul', { class: 'lines wrap', 'data-testid': 'tunnel-parts' });
  const phases = h('ul', { class: 'lines', 'data-testid': 'target-phases' });
  const failures = h('ul', { class: 'log', 'data-testid': 'target-failures' });
  const events = h('ul', { class: 'log', 'data-testid': 'target-events' });
  const message = h('div', {}, loading('the target'));
  const trial = targetTrial(kind, name);
  const barBox = h('div', {});
  let bar = makeBar(view.settings.bar);
  const history = historyChart([{ id: subject, name, values: VALUES[kind] ?? VALUES.service }],
    view.settings, `/api/events?subject=${encodeURIComponent(subject)}`,
    chosen => { for (const name of ['value', 'range', 'period']) view.set(name, chosen[name]); });
  const ranges = choice('Period of the bar', BARS, view.settings.bar, range => { view.set('bar', range); bar = makeBar(range); bar.update(); });
  const agents = kind === 'gateway'
    ? h('a', { class: 'button', 'data-testid': 'target-agents', href: hrefOf('agents', '', { gateway: name }) }, 'Agents and costs') : null;
  const buttons = {
    test: createButton('Test', 'target-test-now', trial.run),
    edit: createButton('Edit', 'target-edit', () => editTarget(kind, name, id ?? name, onChanged)),
    pause: createButton('Disconnect', 'target-pause', () => setActive(false)),
    resume: createButton('Connect', 'target-resume', () => setActive(true)),
    remove: createButton('Remove', 'target-remove', () => removeTarget(kind, name, id ?? name), { class: 'danger' }),
  };
  const head = h(
    'article',
    { class: 'card tone host stack', 'data-testid': 'target-page', 'data-target': subject },
    h('div', { class: 'row' }, h('h2', {}, `${kindName(kind)} `, title), status.node, since),
    reason, alerts, barBox, h('div', { class: 'row' }, ranges, h('span', { class: 'row end' }, agents, Object.values(buttons))), trial.node,
  );
  const section = (title, content) => h('section', { class: 'card stack', 'aria-label': title }, h('h2', {}, title), content);
  const sections = {
    facts: section('Details', facts), parts: section('Parts', parts), phases: section('Latency by phase', phases),
    failures: section('Last failures', failures), events: section('Events', events),
  };
  const content = h('div', { class: 'stack', hidden: true }, head, history.node, h('div', { class: 'host-columns' }, Object.values(sections)));
  const node = h('div', { class: 'stack' }, message, content);
  let isDisposed = false;
  let id = null; // of a target that was added here
  let [eventsOf, eventsAt] = [undefined, -Infinity];

  function makeBar(range) {
    const made = stateBar(subject, range);
    fill(barBox, made.node);
    return made;
  }

  async function setActive(isActive) {
    try {
      await put(targetPath(kind, id ?? name), { is_active: isActive });
      onChanged();
    } catch (error) {
      toast(`${sanitize(name, 60)}: ${error.message}`, 'bad');
    }
  }

  async function update() {
    try {
      const target = await get(path, { quiet: true });
      if (isDisposed) return;
      show(target);
      showEvents(target.since);
      bar.update();
      history.update();
    } catch (error) {
      if (isDisposed || error.status === 0 || message.shown === error.message) return;
      message.shown = error.message; // an unchanged notice stays: screen readers repeat new elements
      content.hidden = true;
      fill(message, errorNotice(`${kindName(kind)} ${sanitize(name, 80)}`, error));
    }
  }

  async function showEvents(state) {
    if (state === eventsOf && now() - eventsAt < EVENTS_MS) return;
    [eventsOf, eventsAt] = [state, now()];
    const log = await get(`/api/events?subject=${encodeURIComponent(subject)}&limit=12`, { quiet: true }).catch(() => null);
    if (!log || isDisposed) return;
    sections.events.hidden = !log.items.length;
    keyed(events, log.items, e => e.id, eventItem);
  }

  function show(t) {
    if (message.childElementCount) fill(message);
    message.shown = '';
    content.hidden = false;
    id = t.id;
    setText(title, sanitize(t.name, 80));
    const word = t.is_active === false ? 'disconnected' : t.state ?? 'not polled yet';
    status.set(t.state, word);
    setTone(head, t.state);
    setText(reason, sanitize(t.idle ?? (t.state === 'ok' ? '' : t.reason ?? ''), 400));
    reason.hidden = !reason.textContent;
    setText(since, t.since ? `for ${age(t.since)}` : '');
    const isMine = t.source === 'api' && hasScope('admin');
    buttons.test.hidden = !hasScope('admin');
    buttons.edit.hidden = buttons.remove.hidden = !isMine;
    buttons.pause.hidden = !isMine || t.is_active === false;
    buttons.resume.hidden = !isMine || t.is_active !== false;
    keyed(alerts, activeAlerts().filter(a => a.labels?.[kind] === name), a => `${a.id} ${hasScope('control')}`, alertLine);
    showFacts(t);
    const detail = t.detail ?? {};
    showLines(sections.parts, parts, detail.parts ?? [], p => ({
      key: p.name, what: p.name, figure: p.text ?? '', tone: p.ok === true ? 'ok' : p.ok === false ? 'bad' : '',
    }));
    showLines(sections.phases, phases, (detail.phases ?? []).filter(p => isNumber(p.ms)), p => ({
      key: p.phase, what: p.phase.replace('_', ' '), figure: milliseconds(p.ms), tone: '',
    }));
    const failed = folded(detail.failures ?? []);
    sections.failures.hidden = !failed.length;
    keyed(failures, failed, f => `${f.at} ${f.since} ${f.reason}`, failureItem);
  }

  function showLines(box, list, items, line) {
    box.hidden = !items.length;
    keyed(list, items.map(line), l => l.key, () => {
      const [what, figure] = [h('span', {}), h('span', { class: 'end' })];
      const item = h('li', {}, what, figure);
      return { node: item, update(l) {
        item.className = l.tone;
        setText(what, sanitize(l.what, 80));
        setText(figure, sanitize(l.figure, 120));
      } };
    });
  }

  function showFacts(t) {
    const rows = factsOf(t).filter(row => row[1]);
    const key = JSON.stringify([rows.filter(([label]) => label !== 'last healthy'), t.host, state.hosts.has(t.host)]);
    if (facts.shown === key) return;
    facts.shown = key;
    fill(facts, rows.map(([label, value]) => [h('dt', {}, label), h('dd', {}, remoteText(value, 400))]),
      h('dt', {}, 'host'),
      h('dd', {}, state.hosts.has(t.host) ? h('a', { href: hrefOf('hosts', t.host) }, remoteText(t.host, 80)) : remoteText(t.host, 80)));
  }

  return { node, update, dispose() { isDisposed = true; trial.stop(); } };
}

/** Failures in a row that say the same, newest first, as one with its first time. */
function folded(failures) {
  const rows = [];
  for (const f of failures) {
    const last = rows.at(-1);
    if (last && last.reason === f.reason && last.text === f.text) [last.since, last.count] = [f.at, last.count + 1];
    else rows.push({ ...f, since: f.at, count: 1 });
  }
  return rows;
}

const failureItem = f => ({ node: h(
  'li',
  { 'data-testid': 'target-failure' },
  h('time', { datetime: f.at }, timestamp(f.at)),
  h('strong', {}, sanitize(f.reason, 40)),
  h('bdi', {}, sanitize(f.text, 300)),
  f.count > 1 ? h('span', { class: 'soft small' }, `${f.count} times since ${timestamp(f.since)}`) : null,
) });

const listOf = values => (values?.length ? values.map(v => (typeof v === 'object' ? (v.name ?? v.id) : v)).slice(0, 20).join(', ') : null);

function factsOf(t) {
  const d = t.detail ?? {};
  const perSecond = d.tokens_per_second;
  const settings = Object.entries(t.settings ?? {}).filter(([key, value]) => key !== 'host' && value !== null)
    .map(([key, value]) => [key, typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : listOf([value].flat())]);
  return [
    ['from', t.source === 'api' ? 'added on this page' : 'fleet.yml'],
    ['last healthy', t.last_healthy_at ? `${timestamp(t.last_healthy_at)} (${age(t.last_healthy_at)} ago)` : null],
    ['failures in a row', t.consecutive_failures > 0 ? String(t.consecutive_failures) : null],
    ['model', d.model ?? listOf(d.models)],
    ['serving', d.serving_state],
    ['queue', isNumber(d.queue?.running) ? `${d.queue.running} running, ${d.queue.waiting ?? '–'} waiting` : null],
    ['tokens per second', isNumber(perSecond?.generation) ? `${perSecond.generation} generated, ${perSecond.prompt ?? '–'} read` : null],
    ['slots', d.slots ? `${d.slots.busy} busy, ${d.slots.idle} idle` : null],
    ['version', d.version],
    ['started', d.started_at ? `${timestamp(d.started_at)} (${age(d.started_at)} ago)` : null],
    ['failing', listOf(d.failing)],
    ['channels', d.channels?.map(c => `${c.name} ${c.enabled === false ? 'disabled' : c.up === null ? 'unknown' : c.up ? 'up' : 'down'}`).join(', ')],
    ['sessions', d.sessions ? `${d.sessions.total} sessions, ${d.sessions.running ?? 0} running` : null],
    ['crons', d.crons ? `${d.crons.total} crons, ${d.crons.failing ? `failing: ${listOf(d.crons.failing_names)}` : 'none failing'}` : null],
    ['cost', d.costs?.usd ? Object.entries(d.costs.usd).map(([window, usd]) => `${window} ${formatValue(usd, 'usd')}`).join(', ') : null],
    ['memory', isNumber(d.memory_mb) ? mebibytes(d.memory_mb) : null],
    ['certificate', t.certificate_expires_at ? `until ${timestamp(t.certificate_expires_at)}` : null],
    ...settings,
  ];
}
