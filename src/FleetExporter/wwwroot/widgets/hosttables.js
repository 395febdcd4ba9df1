// Filesystems, network, temperatures and units of one host.
import { createButton, h } from '../core/dom.js';
import { celsius, isNumber, mebibytes, percent } from '../core/format.js';
import { bytesPerSecond } from '../core/scale.js';
import { hasScope } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { tone } from '../core/ui.js';
import { showJournal } from './journal.js';
import { dataTable } from './table.js';

const name = text => sanitize(text, 120);

export function filesystems() {
  return dataTable('filesystems', [
    ['Mounted at', f => name(f.mountpoint), { wide: true }],
    ['Used', f => percent(f.used_percent), { number: true, tone: f => (f.used_percent >= 95 ? 'bad' : f.used_percent >= 85 ? 'warn' : '') }],
    ['Free', f => mebibytes(f.available_mb), { number: true }],
    ['Size', f => mebibytes(f.size_mb), { number: true }],
    ['Type', f => name(f.type)],
  ], f => f.mountpoint);
}

/** Rates come from the counters of two answers. */
export function network() {
  let previous = null;
  let rates = new Map();
  const rate = (device, field) => rates.get(device.device)?.[field];
  const table = dataTable('network', [
    ['Interface', n => name(n.device)],
    ['In', n => bytesPerSecond(rate(n, 'received')), { number: true }],
    ['Out', n => bytesPerSecond(rate(n, 'transmitted')), { number: true }],
    ['Errors', n => String(n.errors), { number: true, tone: n => (n.errors > 0 ? 'warn' : '') }],
  ], n => n.device);
  return { node: table.node, set(detail) {
    const seconds = previous ? (Date.parse(detail.collected_at) - Date.parse(previous.collected_at)) / 1000 : 0;
    if (seconds > 0) {
      const before = new Map(previous.network.map(n => [n.device, n]));
      const perSecond = (now, then) => (isNumber(then) && now >= then ? (now - then) / seconds : null);
      rates = new Map(detail.network.map(n => [n.device, {
        received: perSecond(n.received_bytes, before.get(n.device)?.received_bytes),
        transmitted: perSecond(n.transmitted_bytes, before.get(n.device)?.transmitted_bytes),
      }]));
    }
    if (detail.collected_at && seconds !== 0 || !previous?.collected_at) previous = detail;
    table.set(detail.network);
  } };
}

export function temperatures() {
  const isAbove = (value, limit) => isNumber(limit) && value >= limit;
  const toneOf = t => (isAbove(t.celsius, t.critical_celsius) ? 'bad' : isAbove(t.celsius, t.max_celsius) ? 'warn' : '');
  return dataTable('temperatures', [
    ['Sensor', t => name(t.sensor), { wide: true }],
    ['Now', t => celsius(t.celsius), { number: true, tone: toneOf }],
    ['High', t => celsius(t.max_celsius), { number: true }],
    ['Critical', t => celsius(t.critical_celsius), { number: true }],
  ], t => t.sensor);
}

export function units(hostname) {
  const journal = unit => (hasScope('control')
    ? createButton('Journal', 'unit-journal', () => showJournal(hostname, unit.name), { 'aria-label': `Journal of ${name(unit.name)}` })
    : h('span', { class: 'soft small', title: 'The journal needs the scope control' }, ''));
  return dataTable('units', [
    ['Unit', u => name(u.name), { wide: true }],
    ['State', u => name(`${u.active_state} (${u.sub_state})`), { tone: u => tone(u.active_state === 'inactive' ? 'warning' : u.active_state) }],
    ['Restarts', u => (isNumber(u.restarts) ? String(u.restarts) : ''), { number: true, tone: u => (u.restarts > 0 ? 'warn' : '') }],
    ['', null, { node: journal }],
  ], u => `${u.name} ${hasScope('control')}`);
}
