// How a host is reached, who it is, and what is not collected from it.
import { policyText } from '../core/connections.js';
import { fill, h } from '../core/dom.js';
import { age, isNumber, timestamp } from '../core/format.js';
import { remoteText, sanitize } from '../core/text.js';

export function hostFacts() {
  const facts = h('dl', { class: 'facts' });
  const failures = h('ul', { class: 'log', 'data-testid': 'host-failures' });
  const more = h('details', { 'data-testid': 'host-recent-failures' }, h('summary', {}, 'Recent failures'), failures);
  const node = h('div', { class: 'stack' }, facts, more);
  let shown = '';
  return { node, update(host, detail) {
    const section = node.parentElement;
    if (section) section.hidden = false;
    const { connection } = detail;
    const rows = [
      ['address', host.address ?? (host.pushes ? 'none, pushed by an agent' : 'this machine')],
      ['connection', host.pushes ? null
        : connection.connected ? `connected since ${timestamp(connection.since)}`
        : `${connection.reason ?? ''} ${connection.detail ?? ''}, since ${timestamp(connection.since)}`],
      ['login user', detail.login_user],
      ['last seen', host.last_seen ? `${timestamp(host.last_seen)}` : 'never'],
      ['system', [host.os, host.kernel, host.arch].filter(Boolean).join(' · ')],
      ['booted', detail.booted_at ? `${timestamp(detail.booted_at)} (${age(detail.booted_at)} ago)` : null],
      ['clock', isNumber(detail.clock_offset_seconds) && Math.abs(detail.clock_offset_seconds) >= 1
        ? `${Math.abs(detail.clock_offset_seconds)} s ${detail.clock_offset_seconds > 0 ? 'ahead' : 'behind'}` : null],
      ['commands', policyText(host.hostname)],
      ['not collected', Object.entries(host.off ?? {}).map(([name, why]) => `${name}: ${why}`).join('; ')],
    ].filter(row => row[1]);
    const key = JSON.stringify([rows, detail.recent_failures]);
    if (key === shown) return;
    shown = key;
    fill(facts, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, remoteText(value, 600))]));
    more.hidden = !detail.recent_failures.length;
    fill(failures, detail.recent_failures.slice(0, 20).map(f => h(
      'li',
      {},
      h('time', { datetime: f.at }, timestamp(f.at)),
      h('span', {}, sanitize(f.source, 30)),
      h('bdi', {}, sanitize(`${f.reason}: ${f.message}`, 300)),
    )));
  } };
}
