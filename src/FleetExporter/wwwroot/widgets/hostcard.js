// A host. Its body is there only near what is seen, so that hundreds of hosts cost little.
import { now } from '../core/clock.js';
import { policyText } from '../core/connections.js';
import { fill, h, keyed, setClass, setText, setVar } from '../core/dom.js';
import { age, at, known, mebi, percent } from '../core/format.js';
import { gpuBlock, gpuLine } from './gpu.js';
import { cpuKey, points } from '../core/history.js';
import { hrefOf } from '../core/router.js';
import { sessionLine } from './sessionparts.js';
import { spark } from './spark.js';
import { staleAfter, state } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { meter, paint, pill } from '../core/ui.js';

const MANY = 3;
const MOVES = 4000; // lines go on when nothing comes

/** @param {boolean} whole everything that is known, for the view of one host. */
export function hostCard(first, whole) {
  const status = pill('host-status');
  const [seen, reason, tags] = [
    h('span', { class: 'soft small', 'data-testid': 'host-seen' }),
    h('p', { class: 'reason break', 'data-testid': 'host-reason' }),
    h('span', { class: 'soft small tags' }),
  ];
  const slot = h('div', { class: 'slot' });
  const node = h(
    'article',
    { class: 'card tone host', 'data-testid': 'host', 'data-host': first.hostname, 'aria-label': clean(first.hostname, 80) },
    h(
      'div',
      { class: 'row' },
      h('h3', {}, h('a', { href: hrefOf('hosts', first.hostname) }, remote(first.hostname, 80))),
      status.node,
      h('span', { class: 'end' }, seen),
    ),
    tags,
    reason,
    slot,
  );
  let host = first;
  let body = null;
  let shown = null;
  let drawn = 0;

  function update(latest) {
    host = latest;
    const gone = known(Date.parse(host.last_seen ?? '')) ? now() - Date.parse(host.last_seen) : null;
    setText(seen, gone === null ? 'never seen' : gone > staleAfter() ? `seen ${age(host.last_seen)} ago` : '');
    setClass(slot, 'stale', gone === null || gone > staleAfter());
    if (host === shown && now() - drawn < MOVES) return;
    [shown, drawn] = [host, now()];
    paint(node, host.status);
    status.set(host.status);
    setText(reason, clean(host.reason ?? '', 300));
    reason.hidden = !host.reason;
    const words = [
      host.model,
      host.os,
      ...Object.entries(host.labels ?? {}).map(([k, v]) => `${k}=${v}`),
      host.load_avg ? `load ${host.load_avg[0].toFixed(1)}` : null,
      host.simulated ? 'simulated' : null,
    ].filter(Boolean);
    setText(tags, clean(words.join(' · '), 160));
    body?.update(host);
  }

  return { node, update, near() {
    if (body) return;
    body = hostBody(host, whole);
    fill(slot, body.node);
    setVar(slot, '--height', '0px');
    body.update(host);
  }, far() {
    if (!body) return;
    setVar(slot, '--height', `${slot.offsetHeight}px`);
    slot.replaceChildren();
    body = null;
  } };
}

function hostBody(first, whole) {
  const line = spark('CPU in percent, last 10 minutes');
  const [cpu, memory] = [meter('CPU', 'host-cpu'), meter('Memory', 'host-memory')];
  const trend = h(
    'figure',
    { class: 'trend', 'data-testid': 'host-trend' },
    line.node,
    h('figcaption', { class: 'soft small' }, 'CPU, last 10 minutes'),
  );
  const [gpus, sessions, facts] = [
    h('div', { class: 'gpus' }),
    h('ul', { class: 'sessions-mini', 'data-testid': 'host-sessions' }),
    h('dl', { class: 'facts' }),
  ];
  const more = h('p', { class: 'soft small' });
  const node = h('div', { class: 'stack' }, cpu.node, whole ? trend : null, memory.node, gpus, sessions, more, whole ? facts : null);
  return { node, update(host) {
    const limits = state.config?.thresholds ?? {};
    const there = known(host.cpu_percent) || known(host.memory_percent);
    cpu.node.hidden = memory.node.hidden = !there && !host.gpus?.length;
    trend.hidden = !points(cpuKey(host.hostname)).some(p => known(p[1]));
    cpu.set(host.cpu_percent, percent(host.cpu_percent), { warn: (limits.host_cpu_ratio ?? 0.9) * 100, bad: 101 });
    memory.set(
      host.memory_percent,
      known(host.memory_used_mb) ? `${mebi(host.memory_used_mb)} / ${mebi(host.memory_total_mb)}` : percent(host.memory_percent),
      { warn: (limits.host_memory_ratio ?? 0.9) * 100, bad: 98 },
    );
    line.set(points(cpuKey(host.hostname)));
    const list = host.gpus ?? [];
    const lines = list.length >= MANY && !whole;
    setClass(gpus, 'lines-of-gpus', lines);
    keyed(gpus, list, g => `${lines} ${g.uuid ?? g.index}`, g => (lines ? gpuLine : gpuBlock)(host.hostname, g));
    const tmux = host.sessions ?? [];
    keyed(sessions, whole ? tmux : tmux.slice(0, 4), s => s.id, s => sessionLine(s));
    setText(more, whole || tmux.length <= 4 ? '' : `${tmux.length - 4} more sessions`);
    more.hidden = !more.textContent;
    if (whole) showFacts(facts, host);
  } };
}

function showFacts(facts, host) {
  const off = Object.entries(host.off ?? {}).map(([name, why]) => `${name}: ${why}`).join('; ');
  const rows = [
    ['address', host.address ?? (host.pushes ? 'none, it reports by agent' : 'this machine')],
    ['last seen', host.last_seen ? `${at(host.last_seen)} (${age(host.last_seen)} ago)` : 'never'],
    ['system', [host.os, host.kernel, host.arch].filter(Boolean).join(' · ')],
    ['load', host.load_avg?.map(l => l.toFixed(2)).join(' ')],
    ['commands', policyText(host.hostname)],
    ['not collected', off],
  ].filter(r => r[1]);
  fill(facts, rows.map(([name, value]) => [h('dt', {}, clean(name, 60)), h('dd', {}, remote(value, 400))]));
}
