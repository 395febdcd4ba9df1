// A card per gateway: whether it works, its process, event loop, queues and channels, each with the age of what it told.
import { now } from '../core/clock.js';
import { fill, h, keyed, setText } from '../core/dom.js';
import { ABSENT, age, isNumber, mebibytes, milliseconds, percent, shortDuration, timestamp, when } from '../core/format.js';
import { reasonText } from '../core/amounts.js';
import { hrefOf } from '../core/router.js';
import { state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { pill, setTone, toneRank } from '../core/ui.js';

const SILENT_AFTER_MS = 24 * 3600_000; // a channel without messages for longer is one to look at
const OLD_MS = 120_000; // older values show their age
const MAX_ROWS = 30;

/** @param list an element for the cards. */
export const showGateways = (list, gateways) =>
  keyed(list, [...gateways].sort((a, b) => toneRank(a.status) - toneRank(b.status)), g => g.gateway, gatewayCard);

function gatewayCard(first) {
  const status = pill('gateway-state');
  const reason = h('p', { class: 'reason break', 'data-testid': 'gateway-reason' });
  const facts = h('dl', { class: 'facts', 'data-testid': 'gateway-facts' });
  const since = h('span', { class: 'soft small' });
  const host = state.hosts.has(first.host) ? h('a', { href: hrefOf('hosts', first.host) }, remoteText(first.host, 60)) : remoteText(first.host, 60);
  const node = h('article', { class: 'card tone host', 'data-testid': 'gateway', 'data-gateway': first.gateway },
    h('div', { class: 'row' },
      h('h3', {}, h('a', { href: hrefOf('targets', `gateway/${first.gateway}`) }, remoteText(first.gateway, 60))), status.node, since,
      h('span', { class: 'small end' }, 'on ', host)),
    reason, facts);
  return { node, update(g) {
    status.set(g.status);
    setTone(node, g.status);
    setText(since, g.since ? `for ${age(g.since)}` : '');
    const failing = g.detail.failing?.length ? ` Failing: ${g.detail.failing.join(', ')}.` : '';
    setText(reason, sanitize(`${g.reason ?? ''}${failing}${g.is_connected || g.reason ? '' : ' Not connected to its WebSocket.'}`.trim(), 400));
    reason.hidden = !reason.textContent;
    const rows = rowsOf(g);
    const key = JSON.stringify([rows, g.reason, Object.values(g.sources).map(s => s.reason), Math.floor(now() / 60_000)]); // ages are in minutes
    if (facts.shown === key) return;
    facts.shown = key;
    fill(facts, rows.map(({ name, value, source, tone }) => [h('dt', {}, name), valueCell(g, value, source, tone)]));
  } };
}

/** A value, how old it is, and why it is missing. */
function valueCell(g, value, source, tone) {
  const told = source ? g.sources[source] : null;
  const why = (value ?? null) === null ? reasonText(told?.reason ?? (source && !told ? 'waiting' : g.reason ?? 'unsupported')) : null;
  const lines = [value ?? ABSENT].flat().slice(0, MAX_ROWS)
    .map(line => h('bdi', { class: line.tone || tone || null }, sanitize(line.text ?? line, 200)));
  const isOld = told?.at && now() - Date.parse(told.at) > OLD_MS;
  const note = why !== null && why !== reasonText(g.reason) ? why : why === null && isOld ? `${age(told.at)} old` : null;
  return h('dd', { class: 'values', title: why ?? (told?.at ? `told at ${timestamp(told.at)}` : null) }, lines,
    note ? h('span', { class: 'soft small' }, sanitize(note, 100)) : null);
}

function rowsOf(g) {
  const [d, p] = [g.detail, g.process];
  const versions = [d.version, g.newer_version ? `newer: ${g.newer_version}` : null, g.protocol ? `protocol ${g.protocol}` : null];
  const uptime = p?.uptime_seconds ?? (d.started_at ? (now() - Date.parse(d.started_at)) / 1000 : null);
  const process = [
    isNumber(p?.pid) ? `pid ${p.pid}` : null, isNumber(uptime) ? `up ${shortDuration(uptime)}` : null,
    p?.node_version ? `Node.js ${p.node_version}` : null,
  ];
  const heap = isNumber(p?.heap_used_mb) ? `heap ${mebibytes(p.heap_used_mb)}` : null;
  const [loop, machine] = [g.event_loop, g.machine];
  return [
    { name: 'version', value: joined(versions) },
    { name: 'process', value: joined(process), source: isNumber(p?.pid) ? 'system.info' : undefined },
    { name: 'memory', value: joined([isNumber(d.memory_mb) ? mebibytes(d.memory_mb) : null, heap]), source: 'status' },
    {
      name: 'event loop', source: 'status', tone: loop?.degraded ? 'warn' : '', value: loop && joined([
        `p99 ${milliseconds(loop.delay_p99_ms)}`, `busy ${percent(loop.utilization_percent)}`, loop.degraded ? 'degraded' : null,
      ]),
    },
    { name: 'queues', source: 'diagnostics.lanes', value: d.lanes && orNone(d.lanes.map(laneText)) },
    ...(d.undelivered?.length ? [{ name: 'undelivered', value: d.undelivered.map(undeliveredText) }] : []),
    { name: 'channels', source: 'channels.status', value: d.channels && orNone(d.channels.map(channelText)) },
    {
      name: 'plugin errors', source: 'status', value: isNumber(d.plugin_errors) ? String(d.plugin_errors) : null, tone: d.plugin_errors ? 'warn' : '',
    },
    { name: 'machine', source: 'system.info', value: machine && joined([
      machine.hostname,
      isNumber(machine.memory_free_mb) ? `${mebibytes(machine.memory_free_mb)} of ${mebibytes(machine.memory_total_mb)} free` : null,
      machine.load_avg ? `load ${machine.load_avg[0]}` : null,
      ...(machine.disks ?? []).slice(0, 3).map(disk => `${disk.path} ${percent(disk.used_percent)} used`),
    ]) },
    { name: 'events dropped', value: String(g.events_dropped), tone: g.events_dropped ? 'warn' : '' },
  ];
}

const joined = parts => parts.filter(Boolean).join(' · ') || null;

const orNone = lines => (lines.length ? lines : 'none');

const laneText = lane => `${lane.name}: ${lane.queued ?? ABSENT} waiting, ${lane.active ?? ABSENT} running of ${lane.limit ?? ABSENT}`;

const UNDELIVERED = { outbound_failed: 'not sent', inbound_failed: 'not handed to an agent', inbound_stuck: 'stuck' };

const undeliveredText = u => ({
  text: `${u.messages} in ${u.queue}: ${UNDELIVERED[u.kind] ?? u.kind}${u.oldest_at ? `, oldest ${age(u.oldest_at)} ago` : ''}`,
  tone: u.kind === 'inbound_stuck' ? 'bad' : 'warn',
});

function channelText(c) {
  const last = [c.last_inbound_at, c.last_outbound_at].filter(Boolean).sort().at(-1);
  const silent = last && now() - Date.parse(last) > SILENT_AFTER_MS ? `, silent for ${age(last)}` : '';
  const word = !c.enabled ? 'disabled' : c.up === null ? 'unknown' : c.up ? 'up' : 'down';
  return {
    text: `${c.name}: ${word}${silent}, in ${when(c.last_inbound_at)}, out ${when(c.last_outbound_at)}`,
    tone: word === 'down' ? 'bad' : silent ? 'warn' : '',
  };
}
