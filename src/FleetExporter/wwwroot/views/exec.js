// Runs commands on hosts with live output; lists earlier commands.
import { byAvailability, hostConfig, hostHint, loadConnections, policyText, unavailableReason } from '../core/connections.js';
import { createButton, h, keyed, setAttr, setText } from '../core/dom.js';
import { commandRun } from './execrun.js';
import { execHistory } from './exechistory.js';
import { parseDuration, plural } from '../core/format.js';
import { hasScope, hosts, isConnected, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { filterBox, notice, toast } from '../core/ui.js';

/** Of a browser's six HTTP/1.1 connections per server, two are left for the web page. */
const MAX_CONCURRENT = 4;

let parts;
let filter = '';
const selected = new Set();
const runs = [];
const queue = [];
let activeRuns = 0;

export const view = {
  mount(root) {
    parts = {
      hosts: h('div', { class: 'host-picker', 'data-testid': 'exec-hosts', role: 'group', 'aria-label': 'Hosts' }),
      summary: h('span', { class: 'soft small', role: 'status' }),
      runs: h('div', { class: 'runs stack', 'data-testid': 'exec-runs' }),
      denied: h('div', {}),
    };
    parts.command = h('textarea', {
      'data-testid': 'exec-command',
      name: 'command',
      required: true,
      spellcheck: 'false',
      autocapitalize: 'off',
      rows: 3,
      placeholder: 'nvidia-smi -L; df -h /',
    });
    parts.timeout = h('input', { 'data-testid': 'exec-timeout', type: 'number', min: 1, max: 604800, step: 1, value: '60' });
    parts.folder = h('input', { 'data-testid': 'exec-folder', type: 'text', placeholder: 'home of the login user', spellcheck: 'false' });
    parts.submit = h('button', { class: 'primary', 'data-testid': 'exec-run-button' }, 'Run');
    parts.allowedCommands = h('div', { class: 'row small' });
    parts.filter = filterBox('exec-filter', 'Filter hosts', text => { filter = text; render(); });
    const clear = createButton('Clear selection', 'exec-none', clearSelection);
    parts.form = h('form', { class: 'card stack exec-form', 'data-testid': 'exec-form', on: { submit } },
      h('div', { class: 'row' }, h('h2', {}, 'Run a command'), parts.summary, h('span', { class: 'end' }, clear)),
      parts.filter, parts.hosts, h('label', { class: 'field' }, 'Command, run with sh -c', parts.command), parts.allowedCommands,
      h('div', { class: 'row' }, h('label', { class: 'field' }, 'Time limit, seconds', parts.timeout),
        h('label', { class: 'field grow' }, 'Working directory', parts.folder), h('span', { class: 'end' }, parts.submit)));
    parts.command.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) parts.form.requestSubmit();
    });
    parts.history = execHistory(entry => reuse({ ...entry, hosts: [entry.host] }));
    root.append(parts.denied, parts.form, parts.runs, parts.history.node);
    addEventListener('beforeunload', event => { if (runs.some(r => r.isRunning())) event.preventDefault(); });
  },

  show(argument) {
    if (argument && state.hosts.has(argument)) selected.add(argument);
    render();
    load();
  },

  update(topics) {
    if (['hosts', 'config', 'me'].some(t => topics.has(t))) render();
    if (topics.has('me') || (topics.has('connection') && isConnected())) load();
  },
};

function load() {
  parts.history.load();
  loadConnections().then(render, () => {}); // without them, only the policies of fleet.yml are known
}

function clearSelection() {
  selected.clear();
  render();
}

/** Fills the form with an earlier command and selects exactly its hosts. */
function reuse({ hosts: names, command, working_directory: folder, timeout_seconds: limit }) {
  selected.clear();
  for (const name of names) if (!unavailableReason(name)) selected.add(name);
  filter = parts.filter.value = '';
  parts.command.value = command;
  parts.folder.value = folder ?? '';
  parts.timeout.value = limit;
  const missing = names.filter(name => !selected.has(name));
  if (missing.length) toast(`Not selected: ${missing.map(name => `${sanitize(name, 60)} (${unavailableReason(name)})`).join(', ')}`, 'bad');
  render();
  parts.command.focus();
}

function render() {
  if (!parts) return;
  parts.form.hidden = !hasScope('control');
  const mode = state.me === undefined ? 'unknown' : hasScope('control') ? 'allowed' : 'denied';
  if (parts.denied.dataset.mode !== mode) {
    parts.denied.dataset.mode = mode;
    const denied = notice('empty', 'Running commands needs the scope control', 'Log in with a key that has it.');
    parts.denied.replaceChildren(...(mode === 'denied' ? [denied] : []));
  }
  if (mode !== 'allowed') return;
  const matches = x =>
    x.hostname.toLowerCase().includes(filter) || Object.entries(x.labels ?? {}).flat().join(' ').toLowerCase().includes(filter);
  const list = hosts().filter(matches).sort((a, b) => byAvailability(a.hostname, b.hostname));
  keyed(parts.hosts, list, x => x.hostname, hostOption);
  for (const name of selected) if (!state.hosts.has(name)) selected.delete(name);
  setText(parts.summary, summary());
  parts.submit.disabled = selected.size === 0;
  setText(parts.submit, selected.size > 1 ? `Run on ${selected.size} hosts` : 'Run');
  const hostConfigs = [...selected].map(hostConfig).filter(Boolean);
  const maxTimeout = Math.min(...hostConfigs.map(c => parseDuration(c.exec?.max_timeout) || Infinity));
  setAttr(parts.timeout, 'max', Number.isFinite(maxTimeout) ? maxTimeout : 604800);
  const allowedCommands = [...new Set(hostConfigs.filter(c => c.exec?.policy === 'allow_list').flatMap(c => c.commands ?? []))];
  keyed(
    parts.allowedCommands,
    allowedCommands,
    c => c,
    command => ({
      node: createButton(remoteText(command, 80), 'exec-allowed', () => { parts.command.value = command; }, { class: 'mono' }),
    }),
  );
}

function summary() {
  const runnable = hosts().filter(x => !unavailableReason(x.hostname)).length;
  const names = sanitize([...selected].slice(0, 5).join(', '), 200);
  if (selected.size) return `${plural(selected.size, 'host')} selected: ${names}${selected.size > 5 ? ' …' : ''}`;
  if (runnable) return `${runnable} of ${plural(state.hosts.size, 'host')} can run commands`;
  if (!state.hostsAt) return '';
  const reasons = [...new Set(hosts().map(x => unavailableReason(x.hostname)))];
  if (reasons.every(o => o === 'commands are off')) return 'Commands are off on every host. Allow them with exec.policy in fleet.yml';
  return reasons.includes('offline') ? 'Every host that may run commands is offline' : `No host can run commands: ${reasons.join(', ')}`;
}

function hostOption(first) {
  const box = h('input', { type: 'checkbox', value: first.hostname, on: { change: () => {
    if (box.checked) selected.add(first.hostname);
    else selected.delete(first.hostname);
    render();
  } } });
  const hint = h('span', { class: 'soft small' });
  const node = h('label', { class: 'option', 'data-testid': 'exec-host', 'data-host': first.hostname }, box, remoteText(first.hostname, 60), hint);
  return { node, update(host) {
    const reason = unavailableReason(host.hostname);
    box.disabled = reason !== null;
    if (reason) selected.delete(host.hostname);
    box.checked = selected.has(host.hostname);
    setText(hint, sanitize([hostHint(host.hostname), reason || host.status === 'online' ? '' : host.status].filter(Boolean).join(' · '), 80));
    setAttr(hint, 'title', policyText(host.hostname));
  } };
}

/** Runs a command once fewer than MAX_CONCURRENT are running; resolves when it has ended. */
const enqueue = command => new Promise(done => { queue.push(() => command.start().finally(done)); startNext(); });

function startNext() {
  while (activeRuns < MAX_CONCURRENT && queue.length) {
    activeRuns++;
    queue.shift()().finally(() => { activeRuns--; startNext(); });
  }
}

async function submit(event) {
  event.preventDefault();
  const command = parts.command.value;
  if (!command.trim() || !selected.size) return;
  const folder = parts.folder.value.trim();
  const request = { command, timeout_seconds: Number(parts.timeout.value) || 60, ...(folder ? { working_directory: folder } : {}) };
  const names = [...selected];
  const batch = names.map(host => commandRun({ host, ...request }));
  runs.push(...batch);
  const cancel =
    batch.length > 1
      ? createButton('Cancel all', 'exec-cancel-all', event => { event.target.remove(); batch.forEach(r => r.stop()); })
      : null;
  const repeat = createButton('Again', 'exec-again', () => reuse({ hosts: names, ...request }));
  parts.runs.prepend(h('section', { class: 'stack', 'data-testid': 'exec-batch' },
    h('div', { class: 'row' }, h('h3', { class: 'break' }, h('code', {}, sanitize(command, 300))), h('span', { class: 'row end' }, cancel, repeat)),
    h('div', { class: 'run-grid' }, batch.map(r => r.node))));
  while (parts.runs.childElementCount > 10) parts.runs.lastChild.remove();
  await Promise.all(batch.map(enqueue));
  cancel?.remove();
  if (batch.length > 1) toast(`Done on ${batch.length} hosts.`);
  parts.history.load();
}
