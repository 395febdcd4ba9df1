// What is known of a GPU beside its meters: why its clocks are lowered, its errors, limits, clocks, link, profile and slices.
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { age, celsius, isNumber, mebibytes, percent, timestamp, watts } from '../core/format.js';
import { sanitize } from '../core/text.js';

const known = parts => parts.filter(Boolean).join(' · ');
const megahertz = (now, max) => (isNumber(now) ? `${now}${isNumber(max) ? ` of ${max}` : ''} MHz` : null);
const traffic = (text, receive, transmit) =>
  (isNumber(receive) || isNumber(transmit) ? `${text} in ${mebibytes(receive)}/s, out ${mebibytes(transmit)}/s` : null);

const linkText = (generation, width) => `${generation ?? '–'} x${width ?? '–'}`;

/** @param onHistory shows the history of a value of this GPU. */
export function gpuFacts(first, onHistory) {
  const notes = h('ul', { class: 'lines', 'data-testid': 'gpu-notes' });
  const facts = h('dl', { class: 'facts' });
  const details = h('details', { 'data-testid': 'gpu-details' }, h('summary', {}, 'Clocks, limits, errors, link'), facts);
  const values = { temperature: 'temperature', utilization: 'use', memory: 'memory', power: 'power' };
  const history = h('span', { class: 'row' }, Object.entries(values).map(([value, text]) =>
    createButton(text, `gpu-history-${value}`, () => onHistory(first.index, value), {
      class: 'plain small',
      'aria-label': `History of GPU ${first.index}: ${text}`,
    })));
  const node = h('div', { class: 'gpu-facts' }, notes, h('div', { class: 'row soft small' }, 'History', history), details);
  let shown = '';
  return { node, update(gpu, detail) {
    keyed(notes, detail ? notesOf(detail) : [], note => note.key, noteLine);
    const rows = rowsOf(gpu, detail ?? {});
    const key = JSON.stringify(rows);
    if (key === shown) return;
    shown = key;
    fill(facts, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, sanitize(value, 300))]));
  } };
}

function noteLine() {
  const text = h('bdi', {});
  const node = h('li', {}, text);
  return { node, update: note => { node.className = note.tone; setText(text, note.text); } };
}

/** What to look at: XID errors, what lowers the clocks while the GPU works, and what the driver asks for. */
function notesOf(detail) {
  const throttling = detail.throttling.filter(t => t.reason !== 'gpu_idle').map(t => ({
    key: t.reason,
    tone: /thermal|hw_/.test(t.reason) ? 'bad' : 'warn',
    text: `Clocks lowered: ${sanitize(t.meaning ?? t.reason, 120)}`,
  }));
  const errors = detail.xids.slice(0, 5).map(x => ({
    key: `xid ${x.code}`,
    tone: 'bad',
    text: `XID ${x.code}${x.meaning ? `: ${sanitize(x.meaning, 160)}` : ''}${x.count > 1 ? `, ${x.count} times` : ''}, last ${age(x.last_at)} ago`,
  }));
  const action = detail.recovery_action && detail.recovery_action !== 'None'
    ? [{ key: 'action', tone: 'bad', text: `The driver asks for: ${sanitize(detail.recovery_action, 60)}` }] : [];
  return [...action, ...errors, ...throttling];
}

function rowsOf(gpu, detail) {
  const { clocks = {}, temperature_limits: limits, profile } = detail;
  const repairs = gpu.memory_repairs ?? {};
  return [
    ['clocks', known([
      clocks.sm && `SM ${megahertz(clocks.sm, clocks.sm_max)}`,
      clocks.memory && `memory ${megahertz(clocks.memory, clocks.memory_max)}`,
      clocks.video && `video ${megahertz(clocks.video)}`,
      isNumber(detail.pstate) && `P${detail.pstate}`,
    ])],
    ['temperature', limits && known([
      isNumber(limits.slowdown) && `slows down at ${celsius(limits.slowdown)}`,
      isNumber(limits.shutdown) && `turns off at ${celsius(limits.shutdown)}`,
      isNumber(limits.target) && `fan aims at ${celsius(limits.target)}`,
      isNumber(detail.fan_percent) && `fan ${percent(detail.fan_percent)}`,
    ])],
    ['power', known([
      isNumber(gpu.power_limit_watts) && `limit ${watts(gpu.power_limit_watts)}`,
      isNumber(gpu.power_enforced_limit_watts) && gpu.power_enforced_limit_watts !== gpu.power_limit_watts
        && `enforced ${watts(gpu.power_enforced_limit_watts)}`,
    ])],
    ['memory', known([
      isNumber(gpu.memory_free_mb) && `free ${mebibytes(gpu.memory_free_mb)}`,
      isNumber(detail.memory_reserved_mb) && `reserved ${mebibytes(detail.memory_reserved_mb)}`,
      isNumber(gpu.memory_utilization_percent) && `read or written ${percent(gpu.memory_utilization_percent)} of the time`,
    ])],
    ['errors', known([
      isNumber(gpu.ecc_corrected) && `ECC corrected ${gpu.ecc_corrected}, uncorrected ${gpu.ecc_uncorrected ?? '–'}`,
      isNumber(repairs.remapped_rows) && `remapped rows ${repairs.remapped_rows}`,
      isNumber(repairs.retired_pages) && `retired pages ${repairs.retired_pages}`,
    ])],
    ['XID', known((detail.xids ?? []).map(x => `${x.code} × ${x.count}, last ${timestamp(x.last_at)}`))],
    ['link', known([
      gpu.pcie && `PCIe ${linkText(gpu.pcie.generation, gpu.pcie.width)}, up to ${linkText(gpu.pcie.generation_max, gpu.pcie.width_max)}`,
      isNumber(detail.pcie_replays) && `replays ${detail.pcie_replays}`,
      detail.fabric_state && `NVLink fabric ${detail.fabric_state}`,
      isNumber(detail.bar1_total_mb) && `BAR1 ${mebibytes(detail.bar1_used_mb)} / ${mebibytes(detail.bar1_total_mb)}`,
    ])],
    ['profile', profile && known([
      isNumber(profile.sm_active_percent) && `SM active ${percent(profile.sm_active_percent)}`,
      isNumber(profile.sm_occupancy_percent) && `occupancy ${percent(profile.sm_occupancy_percent)}`,
      isNumber(profile.tensor_active_percent) && `tensor ${percent(profile.tensor_active_percent)}`,
      isNumber(profile.dram_active_percent) && `DRAM ${percent(profile.dram_active_percent)}`,
      traffic('PCIe', profile.pcie_receive_mb, profile.pcie_transmit_mb),
      traffic('NVLink', profile.nvlink_receive_mb, profile.nvlink_transmit_mb),
    ])],
    ['engines', known([
      isNumber(gpu.encoder_utilization_percent) && `encoder ${percent(gpu.encoder_utilization_percent)}`,
      isNumber(gpu.decoder_utilization_percent) && `decoder ${percent(gpu.decoder_utilization_percent)}`,
      isNumber(detail.jpeg_utilization_percent) && `JPEG ${percent(detail.jpeg_utilization_percent)}`,
    ])],
    ['MIG', detail.mig_enabled && known((detail.slices ?? []).map(s =>
      `slice ${s.slice} ${mebibytes(s.memory_used_mb)} / ${mebibytes(s.memory_total_mb)}`))],
    ['driver', known([
      detail.driver_version,
      detail.cuda_version && `CUDA ${detail.cuda_version}`,
      detail.compute_capability && `compute ${detail.compute_capability}`,
    ])],
    ['identity', known([gpu.uuid, detail.pci_bus_id])],
  ].filter(([, value]) => value);
}
