// The processes of a host that use the most, asked for only while they are unfolded.
import { get } from '../core/api.js';
import { now } from '../core/clock.js';
import { fill, h } from '../core/dom.js';
import { ABSENT, age, mebibytes, percent } from '../core/format.js';
import { remoteText } from '../core/text.js';
import { errorNotice, notice } from '../core/ui.js';

const RELOAD_MS = 10_000; // while this goes on, the host is asked as often

export function topProcesses(hostname) {
  const body = h('div', {});
  const node = h('details', { 'data-testid': 'host-processes', on: { toggle: load } }, h('summary', {}, 'Processes that use the most'), body);
  let loadedAt = -Infinity;

  async function load() {
    if (!node.open || document.hidden || now() - loadedAt < RELOAD_MS) return;
    loadedAt = now();
    try {
      show(await get(`/api/hosts/${encodeURIComponent(hostname)}/processes`, { quiet: true }));
    } catch (error) {
      fill(body, errorNotice('The processes', error));
    }
  }

  function show({ processes, collected_at: collectedAt }) {
    if (!collectedAt) {
      fill(body, notice('empty', 'Not known', 'The host does not answer.'));
      return;
    }
    fill(
      body,
      h('p', { class: 'soft small' }, `Ten by CPU and ten by memory, ${age(collectedAt)} ago; 100 % is one CPU.`),
      h(
        'div',
        { class: 'scroll' },
        h(
          'table',
          { class: 'table' },
          h('thead', {}, h('tr', {}, ['Process', 'User', 'CPU', 'Memory', 'Command'].map((name, i) =>
            h('th', { scope: 'col', class: [0, 2, 3].includes(i) ? 'number' : null }, name)))),
          h('tbody', {}, processes.map(row)),
        ),
      ),
    );
  }

  return { node, update: load };
}

const row = process => h(
  'tr',
  {},
  h('td', { class: 'number mono' }, String(process.pid)),
  h('td', {}, process.user === null ? ABSENT : remoteText(process.user, 40)),
  h('td', { class: 'number' }, percent(process.cpu_percent)),
  h('td', { class: 'number' }, mebibytes(process.memory_mb)),
  h('td', { class: 'mono' }, remoteText(process.command, 120)),
);
