// Card of a host. Only cards near the viewport have a body, so that hundreds of hosts cost little.
import { now } from '../core/clock.js';
import { policyText } from '../core/connections.js';
import { fill, h, keyed, setClass, setText, setVar } from '../core/dom.js';
import { age, isNumber, mebibytes, percent, timestamp } from '../core/format.js';
import { gpuBlock, gpuRow } from './gpu.js';
import { gpuRelease } from './gpurelease.js';
import { cpuKey, pointsFor } from '../core/history.js';
import { hrefOf } from '../core/router.js';
import { topProcesses } from './processes.js';
import { sessionItem } from './tmuxsession.js';
import { sparkline } from './sparkline.js';
import { staleAfterMs, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { meter, pill, setTone } from '../core/ui.js';

const COMPACT_ROWS_FROM = 3;
const REDRAW_INTERVAL_MS = 4000; // sparklines keep scrolling between updates

/** @param {boolean} isDetailed shows everything, for the view of one host. */
export function hostCard(first, isDetailed) {
  const status = pill('host-status');
  const [seen, reason, tags] = [
    h('span', { class: 'soft small', 'data-testid': 'host-seen' }),
    h('p', { class: 'reason break', 'data-testid': 'host-reason' }),
    h('span', { class: 'soft small tags' }),
  ];
  const slot = h('div', { class: 'slot' });
  const node = h(
    'article',
    { class: 'card tone host', 'data-testid': 'host', 'data-host': first.hostname, 'aria-label': sanitize(first.hostname, 80) },
    h(
      'div',
      { class: 'row' },
      h('h3', {}, h('a', { href: hrefOf('hosts', first.hostname) }, remoteText(first.hostname, 80))),
      status.node,
      h('span', { class: 'end' }, seen),
    ),
    tags,
    reason,
    slot,
  );
  let host = first;
  let body = null;
  let drawnHost = null;
  let drawnAt = 0;

  function update(latest) {
    host = latest;
    const silentFor = isNumber(Date.parse(host.last_seen ?? '')) ? now() - Date.parse(host.last_seen) : null;
    setText(seen, silentFor === null ? 'never seen' : silentFor > staleAfterMs() ? `seen ${age(host.last_seen)} ago` : '');
    setClass(slot, 'stale', silentFor === null || silentFor > staleAfterMs());
    if (host === drawnHost && now() - drawnAt < REDRAW_INTERVAL_MS) return;
    [drawnHost, drawnAt] = [host, now()];
    setTone(node, host.status);
    status.set(host.status);
    setText(reason, sanitize(host.reason ?? '', 300));
    reason.hidden = !host.reason;
    const details = [
      host.model,
      host.os,
      ...Object.entries(host.labels ?? {}).map(([k, v]) => `${k}=${v}`),
      host.load_avg ? `load ${host.load_avg[0].toFixed(1)}` : null,
      host.simulated ? 'simulated' : null,
    ].filter(Boolean);
    setText(tags, sanitize(details.join(' · '), 160));
    body?.update(host);
  }

  return { node, update, attachBody() {
    if (body) return;
    body = hostBody(host, isDetailed);
    fill(slot, body.node);
    setVar(slot, '--height', '0px');
    body.update(host);
  }, detachBody() {
    if (!body) return;
    setVar(slot, '--height', `${slot.offsetHeight}px`);
    slot.replaceChildren();
    body = null;
  } };
}

function hostBody(first, isDetailed) {
  const trendLine = sparkline('CPU in percent, last 10 minutes');
  const [cpu, memory] = [meter('CPU', 'host-cpu'), meter('Memory', 'host-memory')];
  const trend = h(
    'figure',
    { class: 'trend', 'data-testid': 'host-trend' },
    trendLine.node,
    h('figcaption', { class: 'soft small' }, 'CPU, last 10 minutes'),
  );
  const [gpus, sessions, facts] = [
    h('div', { class: 'gpus' }),
    h('ul', { class: 'sessions-mini', 'data-testid': 'host-sessions' }),
    h('dl', { class: 'facts' }),
  ];
  const more = h('p', { class: 'soft small' });
  const release = gpuRelease(first.hostname, isDetailed);
  const processes = isDetailed && !first.pushes ? topProcesses(first.hostname) : null;
  const details = isDetailed ? [trend, facts] : [null, null];
  const node = h('div', { class: 'stack' }, cpu.node, details[0], memory.node, gpus, release.node, sessions, more, processes?.node, details[1]);
  return { node, update(host) {
    const limits = state.config?.thresholds ?? {};
    const hasValues = isNumber(host.cpu_percent) || isNumber(host.memory_percent);
    cpu.node.hidden = memory.node.hidden = !hasValues && !host.gpus?.length;
    trend.hidden = !pointsFor(cpuKey(host.hostname)).some(p => isNumber(p[1]));
    cpu.set(host.cpu_percent, percent(host.cpu_percent), { warn: (limits.host_cpu_ratio ?? 0.9) * 100, bad: 101 });
    memory.set(
      host.memory_percent,
      isNumber(host.memory_used_mb) ? `${mebibytes(host.memory_used_mb)} / ${mebibytes(host.memory_total_mb)}` : percent(host.memory_percent),
      { warn: (limits.host_memory_ratio ?? 0.9) * 100, bad: 98 },
    );
    trendLine.set(pointsFor(cpuKey(host.hostname)));
    const list = host.gpus ?? [];
    const isCompact = list.length >= COMPACT_ROWS_FROM && !isDetailed;
    setClass(gpus, 'gpu-rows', isCompact);
    keyed(gpus, list, g => `${isCompact} ${g.uuid ?? g.index}`, g => (isCompact ? gpuRow : gpuBlock)(host.hostname, g));
    release.update(host);
    const tmux = host.sessions ?? [];
    keyed(sessions, isDetailed ? tmux : tmux.slice(0, 4), s => s.id, s => sessionItem(s));
    setText(more, isDetailed || tmux.length <= 4 ? '' : `${tmux.length - 4} more tmux sessions`);
    more.hidden = !more.textContent;
    processes?.update();
    if (isDetailed) showFacts(facts, host);
  } };
}

function showFacts(facts, host) {
  const notCollected = Object.entries(host.off ?? {}).map(([name, why]) => `${name}: ${why}`).join('; ');
  const rows = [
    ['address', host.address ?? (host.pushes ? 'none, pushed by an agent' : 'this machine')],
    ['last seen', host.last_seen ? `${timestamp(host.last_seen)} (${age(host.last_seen)} ago)` : 'never'],
    ['system', [host.os, host.kernel, host.arch].filter(Boolean).join(' · ')],
    ['load', host.load_avg?.map(l => l.toFixed(2)).join(' ')],
    ['commands', policyText(host.hostname)],
    ['not collected', notCollected],
  ].filter(r => r[1]);
  fill(facts, rows.map(([name, value]) => [h('dt', {}, sanitize(name, 60)), h('dd', {}, remoteText(value, 400))]));
}
