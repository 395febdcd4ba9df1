// Card of a host. Only cards near the viewport have a body, so that hundreds of hosts cost little.
import { now } from '../core/clock.js';
import { fill, h, keyed, setClass, setText, setVar } from '../core/dom.js';
import { age, isNumber, mebibytes, percent } from '../core/format.js';
import { gpuBlock, gpuRow } from './gpu.js';
import { gpuRelease } from './gpurelease.js';
import { hrefOf } from '../core/router.js';
import { sessionItem } from './tmuxsession.js';
import { staleAfterMs, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { meter, pill, setTone } from '../core/ui.js';

const COMPACT_ROWS_FROM = 3;
const REDRAW_INTERVAL_MS = 4000; // sparklines keep scrolling between updates

export function hostCard(first) {
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
    body = hostBody(host);
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

function hostBody(first) {
  const [cpu, memory] = [meter('CPU', 'host-cpu'), meter('Memory', 'host-memory')];
  const [gpus, sessions] = [h('div', { class: 'gpus' }), h('ul', { class: 'sessions-mini', 'data-testid': 'host-sessions' })];
  const more = h('p', { class: 'soft small' });
  const release = gpuRelease(first.hostname, false);
  const node = h('div', { class: 'stack' }, cpu.node, memory.node, gpus, release.node, sessions, more);
  return { node, update(host) {
    const limits = state.config?.thresholds ?? {};
    const hasValues = isNumber(host.cpu_percent) || isNumber(host.memory_percent);
    cpu.node.hidden = memory.node.hidden = !hasValues && !host.gpus?.length;
    cpu.set(host.cpu_percent, percent(host.cpu_percent), { warn: (limits.host_cpu_ratio ?? 0.9) * 100, bad: 101 });
    memory.set(
      host.memory_percent,
      isNumber(host.memory_used_mb) ? `${mebibytes(host.memory_used_mb)} / ${mebibytes(host.memory_total_mb)}` : percent(host.memory_percent),
      { warn: (limits.host_memory_ratio ?? 0.9) * 100, bad: 98 },
    );
    const list = host.gpus ?? [];
    const isCompact = list.length >= COMPACT_ROWS_FROM;
    setClass(gpus, 'gpu-rows', isCompact);
    keyed(gpus, list, g => `${isCompact} ${g.uuid ?? g.index}`, g => (isCompact ? gpuRow : gpuBlock)(host.hostname, g));
    release.update(host);
    const tmux = host.sessions ?? [];
    keyed(sessions, tmux.slice(0, 4), s => s.id, s => sessionItem(s));
    setText(more, tmux.length <= 4 ? '' : `${tmux.length - 4} more tmux sessions`);
    more.hidden = !more.textContent;
  } };
}
