// GPUs of a host: one block per GPU if there are few, else one row per GPU.
import { h, setAttr, setClass, setText } from '../core/dom.js';
import { ABSENT, celsius, isNumber, mebibytes, percent, plural, watts } from '../core/format.js';
import { gpuKey, pointsFor } from '../core/history.js';
import { threshold } from '../core/thresholds.js';
import { sparkline } from './sparkline.js';
import { remoteText, sanitize } from '../core/text.js';
import { meter } from '../core/ui.js';

const percentOf = (part, whole) => (isNumber(part) && whole > 0 ? part / whole * 100 : null);

const memoryLimits = () => ({ warn: threshold('gpu_memory_ratio', 0.9) * 100, bad: 98 });

function showTemperature(node, { temperature_c: value, temperature_limit_c: driverLimit }) {
  const bad = driverLimit ?? threshold('gpu_temperature_critical_celsius', 90);
  const warn = isNumber(driverLimit) ? driverLimit - 5 : threshold('gpu_temperature_warning_celsius', 80);
  setText(node, celsius(value));
  setClass(node, 'bad', value >= bad);
  setClass(node, 'warn', value >= warn && value < bad);
  setAttr(node, 'title', `warning from ${warn} °C, ${isNumber(driverLimit) ? 'the GPU throttles above' : 'critical from'} ${bad} °C`);
}

const FAULT_TEXTS = { lost: 'lost: the GPU does not respond', reset_required: 'needs a reset' };

function show(node, text) {
  node.hidden = !text;
  setText(node, text || '');
}

const faultText = ({ fault }) => fault && (FAULT_TEXTS[fault] ?? sanitize(fault, 60));

/** What is wrong with a GPU that works; an idle one lowers its PCIe generation. */
function warningText({ pcie, memory_repairs: repairs, utilization_percent: utilization, memory_unified: unified }) {
  const { generation, generation_max: best, width, width_max: widest } = pcie ?? {};
  return [
    repairs?.remapping_failed && 'row remapping failed',
    (repairs?.remapping_pending || repairs?.retirement_pending) && 'memory repair needs a reset',
    repairs?.retired_pages > 0 && plural(repairs.retired_pages, 'retired page'),
    utilization >= 50 && !unified && generation && width && (generation < best || width < widest)
      && `PCIe ${generation} x${width} of ${best} x${widest}`,
  ].filter(Boolean).join(', ');
}

function memoryText(gpu) {
  if (!isNumber(gpu.memory_used_mb)) return ABSENT;
  return `${mebibytes(gpu.memory_used_mb)}${isNumber(gpu.memory_total_mb) ? ` / ${mebibytes(gpu.memory_total_mb)}` : ''}`;
}

const powerText = gpu =>
  isNumber(gpu.power_limit_watts)
    ? `${isNumber(gpu.power_draw_watts) ? gpu.power_draw_watts.toFixed(0) : ABSENT} / ${watts(gpu.power_limit_watts)}`
    : watts(gpu.power_draw_watts);

export function gpuBlock(host, first) {
  const [name, temperature, memoryTemperature, fault, warnings] = [
    h('bdi', { class: 'gpu-name' }),
    h('span', { class: 'mono', 'data-testid': 'gpu-temperature' }),
    h('span', { class: 'mono soft', hidden: true }),
    h('p', { class: 'bad', hidden: true }),
    h('p', { class: 'warn small', hidden: true }),
  ];
  const [utilization, memory, power] = [
    meter('Util', 'gpu-util'),
    meter(first.memory_unified ? 'Unified' : 'VRAM', 'gpu-memory'),
    meter('Power', 'gpu-power'),
  ];
  const trend = sparkline(`Utilisation of GPU ${first.index} in percent, last 10 minutes`);
  const processes = h('ul', { class: 'processes', 'data-testid': 'gpu-processes' });
  const node = h(
    'div',
    { class: 'gpu', 'data-testid': 'gpu', 'data-index': first.index },
    h(
      'div',
      { class: 'row' },
      h('span', { class: 'mono soft' }, String(first.index ?? '?')),
      name,
      h('span', { class: 'end' }, temperature, memoryTemperature),
    ),
    fault,
    warnings,
    utilization.node,
    trend.node,
    memory.node,
    power.node,
    processes,
  );
  return { node, update(gpu) {
    setText(name, sanitize(gpu.name ?? 'GPU', 60));
    showTemperature(temperature, gpu);
    show(memoryTemperature, isNumber(gpu.memory_temperature_c) && ` memory ${celsius(gpu.memory_temperature_c)}`);
    show(fault, faultText(gpu));
    show(warnings, warningText(gpu));
    for (const part of [trend, utilization, memory, power])
      part.node.toggleAttribute('hidden', Boolean(gpu.fault) && !isNumber(gpu.utilization_percent) && !isNumber(gpu.memory_used_mb));
    utilization.set(gpu.utilization_percent, percent(gpu.utilization_percent));
    memory.set(percentOf(gpu.memory_used_mb, gpu.memory_total_mb), memoryText(gpu), memoryLimits());
    power.set(percentOf(gpu.power_draw_watts, gpu.power_limit_watts), powerText(gpu), { warn: 99, bad: 105 });
    trend.set(pointsFor(gpuKey(host, gpu)));
    showProcesses(processes, gpu.processes ?? []);
  } };
}

export function gpuRow(host, first) {
  const cells = Object.fromEntries(['utilization', 'memory', 'temperature', 'power'].map(k => [k, h('span', { class: 'mono' })]));
  const fault = h('span', { class: 'bad small', hidden: true });
  const warnings = h('span', { class: 'warn small', hidden: true });
  const trend = sparkline(`Utilisation of GPU ${first.index} in percent, last 10 minutes`);
  const node = h(
    'div',
    { class: 'gpu-row', 'data-testid': 'gpu', 'data-index': first.index },
    h('span', { class: 'mono soft' }, String(first.index ?? '?')),
    trend.node,
    fault,
    cells.utilization,
    cells.memory,
    cells.temperature,
    cells.power,
    warnings,
  );
  return { node, update(gpu) {
    show(fault, faultText(gpu));
    show(warnings, warningText(gpu));
    setClass(node, 'faulty', Boolean(gpu.fault));
    trend.set(pointsFor(gpuKey(host, gpu)));
    setText(cells.utilization, percent(gpu.utilization_percent));
    setText(
      cells.memory,
      isNumber(gpu.memory_used_mb)
        ? `${(gpu.memory_used_mb / 1024).toFixed(0)}/${isNumber(gpu.memory_total_mb) ? (gpu.memory_total_mb / 1024).toFixed(0) : '?'} G`
        : ABSENT,
    );
    setAttr(cells.memory, 'title', memoryText(gpu));
    const memoryPercent = percentOf(gpu.memory_used_mb, gpu.memory_total_mb);
    setClass(cells.memory, 'warn', memoryPercent !== null && memoryPercent >= memoryLimits().warn);
    showTemperature(cells.temperature, gpu);
    setText(cells.power, watts(gpu.power_draw_watts));
    setAttr(cells.power, 'title', powerText(gpu));
  } };
}

const UNKNOWN_USERS = { hidden: 'user hidden by hidepid', other_namespace: 'another pid namespace' };

/** To whom a process belongs: the user, and the narrowest of what contains the process. */
function ownerText({ user, user_unknown: unknown, container, slurm_job: slurmJob, job, session, session_ended: ended, unit }) {
  const inside = container ? `container ${container.name ?? container.id}`
    : slurmJob ? `Slurm job ${slurmJob}`
    : session ? `${job ? 'job in ' : ''}tmux ${session}${ended ? ', which has ended' : ''}`
    : unit ?? '';
  return [user ?? UNKNOWN_USERS[unknown], inside].filter(Boolean).join(' · ');
}

/** Who is on a GPU, one text per process and owner. */
export const ownersOf = gpu => [...new Set((gpu.processes ?? []).map(p => ownerText(p) || (p.name ?? String(p.pid))))];

function showProcesses(list, processes) {
  const key = JSON.stringify(processes);
  if (list.renderedKey === key) return;
  list.renderedKey = key;
  const shown = [...processes].sort((a, b) => (b.memory_mb ?? 0) - (a.memory_mb ?? 0)).slice(0, 12);
  list.replaceChildren(
    ...shown.map(p =>
      h(
        'li',
        {},
        h('span', { class: 'mono soft' }, String(p.pid ?? '?')),
        remoteText(p.name ?? 'unknown', 80),
        h('span', { class: 'soft', 'data-testid': 'gpu-process-owner' }, remoteText(ownerText(p), 80)),
        h('span', { class: 'mono end' }, mebibytes(p.memory_mb)),
      ),
    ),
  );
  if (processes.length > shown.length) list.append(h('li', { class: 'soft' }, `${processes.length - shown.length} more`));
}
