// CPU, memory with huge pages and swap, load and pressure of one host.
import { h, keyed, setText } from '../core/dom.js';
import { isNumber, mebibytes, percent } from '../core/format.js';
import { cpuKey, pointsFor } from '../core/history.js';
import { threshold } from '../core/thresholds.js';
import { meter } from '../core/ui.js';
import { sparkline } from './sparkline.js';

const share = (part, whole) => (isNumber(part) && whole > 0 ? part / whole * 100 : null);
const ofTotal = (part, whole) => `${mebibytes(part)} / ${mebibytes(whole)}`;
const WAITS = { cpu: 'CPU', memory: 'memory', io: 'disk' };

/** @param hostname of the card; update takes the host of /api/hosts and its detail, null until it is loaded. */
export function vitals(hostname) {
  const trendLine = sparkline('CPU in percent, last 10 minutes');
  const [cpu, memory, hugePages, swap] = [
    meter('CPU', 'host-cpu'),
    meter('Memory', 'host-memory'),
    meter('Huge pages', 'host-hugepages'),
    meter('Swap', 'host-swap'),
  ];
  const trend = h('figure', { class: 'trend', 'data-testid': 'host-trend' }, trendLine.node,
    h('figcaption', { class: 'soft small' }, 'CPU, last 10 minutes'));
  const load = h('p', { class: 'small', 'data-testid': 'host-load' });
  const pressure = h('ul', { class: 'lines', 'data-testid': 'host-pressure' });
  const node = h('div', { class: 'stack' }, cpu.node, trend, memory.node, hugePages.node, swap.node, load, pressure);
  return { node, update(host, detail) {
    const warnMemory = threshold('host_memory_ratio', 0.9) * 100;
    cpu.set(host.cpu_percent, percent(host.cpu_percent), { warn: threshold('host_cpu_ratio', 0.9) * 100, bad: 101 });
    trendLine.set(pointsFor(cpuKey(hostname)));
    memory.set(
      host.memory_percent,
      isNumber(host.memory_used_mb) ? ofTotal(host.memory_used_mb, host.memory_total_mb) : percent(host.memory_percent),
      { warn: warnMemory, bad: 98 },
    );
    const { memory: known, swap: swapped } = detail ?? {};
    hugePages.node.hidden = !known?.huge_pages_mb;
    const usedHuge = known?.huge_pages_mb - known?.huge_pages_free_mb;
    hugePages.set(share(usedHuge, known?.huge_pages_mb), ofTotal(usedHuge, known?.huge_pages_mb));
    swap.node.hidden = !swapped;
    swap.set(share(swapped?.used_mb, swapped?.total_mb), ofTotal(swapped?.used_mb, swapped?.total_mb), { warn: 50, bad: 90 });
    setText(load, host.load_avg
      ? `Load ${host.load_avg.map(l => l.toFixed(2)).join('  ')}${detail?.cpus ? ` on ${detail.cpus} CPUs` : ''}` : '');
    const waits = (detail?.pressure ?? []).filter(p => p.kind === 'some');
    keyed(pressure, waits, p => p.resource, waitLine);
  } };
}

function waitLine() {
  const [what, value] = [h('span', {}), h('span', { class: 'end' })];
  const node = h('li', {}, what, value);
  return { node, update(p) {
    node.className = !isNumber(p.avg60_percent) ? '' : p.avg60_percent >= 40 ? 'bad' : p.avg60_percent >= 10 ? 'warn' : 'ok';
    setText(what, `waiting for ${WAITS[p.resource] ?? p.resource}`);
    setText(value, `${percent(p.avg10_percent)} · ${percent(p.avg60_percent)} · ${percent(p.avg300_percent)}`);
    value.title = 'Share of time in which a task waited, over 10 s, 1 min and 5 min';
  } };
}
