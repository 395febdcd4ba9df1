// GPUs of a host: a block each where there are few, a line each where there are many.
import { h, setAttr, setClass, setText } from '../core/dom.js';
import { ABSENT, celsius, known, mebi, percent, watts } from '../core/format.js';
import { gpuKey, points } from '../core/history.js';
import { limit } from '../core/limits.js';
import { spark } from './spark.js';
import { clean, remote } from '../core/text.js';
import { meter } from '../core/ui.js';

const share = (part, whole) => (known(part) && whole > 0 ? part / whole * 100 : null);

const memoryLimits = () => ({ warn: limit('gpu_memory_ratio', 0.9) * 100, bad: 98 });

function heat(node, { temperature_c: value, temperature_limit_c: own }) {
  const bad = own ?? limit('gpu_temperature_critical_celsius', 90);
  const warn = known(own) ? own - 5 : limit('gpu_temperature_warning_celsius', 80);
  setText(node, celsius(value));
  setClass(node, 'bad', value >= bad);
  setClass(node, 'warn', value >= warn && value < bad);
  setAttr(node, 'title', `warning from ${warn} °C, ${known(own) ? 'it slows down above' : 'critical from'} ${bad} °C`);
}

const FAULTS = { lost: 'lost: no answer from the GPU', reset_required: 'needs a reset' };

function fault(node, gpu) {
  node.hidden = !gpu.fault;
  if (gpu.fault) setText(node, FAULTS[gpu.fault] ?? clean(gpu.fault, 60));
}

const memoryText = gpu =>
  known(gpu.memory_used_mb) ? `${mebi(gpu.memory_used_mb)}${known(gpu.memory_total_mb) ? ` / ${mebi(gpu.memory_total_mb)}` : ''}` : ABSENT;

const powerText = gpu =>
  known(gpu.power_limit_watts)
    ? `${known(gpu.power_draw_watts) ? gpu.power_draw_watts.toFixed(0) : ABSENT} / ${watts(gpu.power_limit_watts)}`
    : watts(gpu.power_draw_watts);

export function gpuBlock(host, first) {
  const [name, temperature, wrong] = [
    h('bdi', { class: 'gpu-name' }),
    h('span', { class: 'mono', 'data-testid': 'gpu-temperature' }),
    h('p', { class: 'bad', hidden: true }),
  ];
  const [use, memory, power] = [
    meter('Util', 'gpu-util'),
    meter(first.memory_unified ? 'Unified' : 'VRAM', 'gpu-memory'),
    meter('Power', 'gpu-power'),
  ];
  const line = spark(`Utilisation of GPU ${first.index} in percent, last 10 minutes`);
  const processes = h('ul', { class: 'processes', 'data-testid': 'gpu-processes' });
  const node = h(
    'div',
    { class: 'gpu', 'data-testid': 'gpu', 'data-index': first.index },
    h('div', { class: 'row' }, h('span', { class: 'mono soft' }, String(first.index ?? '?')), name, h('span', { class: 'end' }, temperature)),
    wrong,
    use.node,
    line.node,
    memory.node,
    power.node,
    processes,
  );
  return { node, update(gpu) {
    setText(name, clean(gpu.name ?? 'GPU', 60));
    heat(temperature, gpu);
    fault(wrong, gpu);
    for (const part of [line, use, memory, power])
      part.node.toggleAttribute('hidden', Boolean(gpu.fault) && !known(gpu.utilization_percent) && !known(gpu.memory_used_mb));
    use.set(gpu.utilization_percent, percent(gpu.utilization_percent));
    memory.set(share(gpu.memory_used_mb, gpu.memory_total_mb), memoryText(gpu), memoryLimits());
    power.set(share(gpu.power_draw_watts, gpu.power_limit_watts), powerText(gpu), { warn: 99, bad: 105 });
    line.set(points(gpuKey(host, gpu)));
    showProcesses(processes, gpu.processes ?? []);
  } };
}

export function gpuLine(host, first) {
  const cells = Object.fromEntries(['use', 'memory', 'temperature', 'power'].map(k => [k, h('span', { class: 'mono' })]));
  const wrong = h('span', { class: 'bad small', hidden: true });
  const line = spark(`Utilisation of GPU ${first.index} in percent, last 10 minutes`);
  const node = h(
    'div',
    { class: 'gpu-line', 'data-testid': 'gpu', 'data-index': first.index },
    h('span', { class: 'mono soft' }, String(first.index ?? '?')),
    line.node,
    wrong,
    cells.use,
    cells.memory,
    cells.temperature,
    cells.power,
  );
  return { node, update(gpu) {
    fault(wrong, gpu);
    setClass(node, 'sick', Boolean(gpu.fault));
    line.set(points(gpuKey(host, gpu)));
    setText(cells.use, percent(gpu.utilization_percent));
    setText(
      cells.memory,
      known(gpu.memory_used_mb)
        ? `${(gpu.memory_used_mb / 1024).toFixed(0)}/${known(gpu.memory_total_mb) ? (gpu.memory_total_mb / 1024).toFixed(0) : '?'} G`
        : ABSENT,
    );
    setAttr(cells.memory, 'title', memoryText(gpu));
    const full = share(gpu.memory_used_mb, gpu.memory_total_mb);
    setClass(cells.memory, 'warn', full !== null && full >= memoryLimits().warn);
    heat(cells.temperature, gpu);
    setText(cells.power, watts(gpu.power_draw_watts));
    setAttr(cells.power, 'title', powerText(gpu));
  } };
}

function showProcesses(list, processes) {
  const mark = JSON.stringify(processes);
  if (list.mark === mark) return;
  list.mark = mark;
  const shown = [...processes].sort((a, b) => (b.memory_mb ?? 0) - (a.memory_mb ?? 0)).slice(0, 12);
  list.replaceChildren(
    ...shown.map(p =>
      h(
        'li',
        {},
        h('span', { class: 'mono soft' }, String(p.pid ?? '?')),
        remote(p.name ?? 'unknown', 80),
        h('span', { class: 'mono end' }, mebi(p.memory_mb)),
      ),
    ),
  );
  if (processes.length > shown.length) list.append(h('li', { class: 'soft' }, `${processes.length - shown.length} more`));
}
