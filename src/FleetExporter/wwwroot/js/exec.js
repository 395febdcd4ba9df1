// Commands on hosts: one or several, output as it happens; below, what ran before.
import { all as connections } from './api.js';
import { h, keyed, setAttr, setText } from './dom.js';
import { run } from './execrun.js';
import { execHistory } from './exechistory.js';
import { count, duration } from './format.js';
import { hosts as all, may, state } from './store.js';
import { clean, remote } from './text.js';
import { filterBox, notice, toast } from './ui.js';

/** A browser has six connections to a service over HTTP/1.1; the page needs the rest itself. */
const AT_ONCE = 4;

let parts;
let filter = '';
let policies = new Map(); // of connections, by name; hosts of the file say theirs in the configuration too
const picked = new Set();
const runs = [];
const queue = [];
let busy = 0;

export const view = {
  mount(root) {
    parts = { hosts: h('div', { class: 'pick', 'data-testid': 'exec-hosts', role: 'group', 'aria-label': 'Hosts' }), says: h('span', { class: 'soft small', role: 'status' }), runs: h('div', { class: 'runs stack', 'data-testid': 'exec-runs' }), shut: h('div', {}) };
    parts.command = h('textarea', { 'data-testid': 'exec-command', name: 'command', required: true, spellcheck: 'false', autocapitalize: 'off', rows: 3, placeholder: 'nvidia-smi -L; df -h /' });
    parts.timeout = h('input', { 'data-testid': 'exec-timeout', type: 'number', min: 1, max: 604800, step: 1, value: '60' });
    parts.folder = h('input', { 'data-testid': 'exec-folder', type: 'text', placeholder: 'home of the login user', spellcheck: 'false' });
    parts.submit = h('button', { class: 'go', 'data-testid': 'exec-run-button' }, 'Run');
    parts.known = h('div', { class: 'row small' });
    parts.form = h('form', { class: 'card stack exec-form', 'data-testid': 'exec-form', on: { submit } }, h('div', { class: 'row' }, h('h2', {}, 'Run a command'), parts.says, h('span', { class: 'end' }, h('button', { type: 'button', 'data-testid': 'exec-none', on: { click: () => { picked.clear(); render(); } } }, 'None'))),
      filterBox('exec-filter', 'Filter hosts', text => { filter = text; render(); }), parts.hosts, h('label', { class: 'field' }, 'Command, for sh -c', parts.command), parts.known,
      h('div', { class: 'row' }, h('label', { class: 'field' }, 'Time limit, seconds', parts.timeout), h('label', { class: 'field grow' }, 'Working directory', parts.folder), h('span', { class: 'end' }, parts.submit)));
    parts.command.addEventListener('keydown', event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) parts.form.requestSubmit(); });
    parts.history = execHistory(order => {
      parts.command.value = order.command;
      if (state.hosts.has(order.host)) picked.add(order.host);
      render();
      parts.command.focus();
    });
    root.append(parts.shut, parts.form, parts.runs, parts.history.node);
    addEventListener('beforeunload', event => { if (runs.some(r => r.isRunning())) event.preventDefault(); });
  },

  show(argument) {
    if (argument && state.hosts.has(argument)) picked.add(argument);
    render();
    parts.history.load();
    connections('/api/dgx/connections').then(list => { policies = new Map(list.map(c => [c.name, c.exec_policy])); render(); }, () => {});
  },

  update(topics) {
    if (['hosts', 'config', 'me'].some(t => topics.has(t))) render();
    if (topics.has('me')) parts.history.load();
  },
};

/** What keeps a host from running commands; null for nothing that is known here. */
function obstacle(host) {
  const policy = policies.get(host.hostname) ?? configOf(host.hostname)?.exec?.policy;
  return host.pushes ? 'pushes by itself' : policy === 'off' ? 'policy is off' : host.status === 'offline' ? 'offline' : null;
}

const configOf = name => state.config?.hosts?.find(x => x.name === name);

function render() {
  if (!parts) return;
  parts.form.hidden = !may('control');
  const mode = state.me === undefined ? 'asking' : may('control') ? 'open' : 'shut';
  if (parts.shut.dataset.mode !== mode) {
    parts.shut.dataset.mode = mode;
    parts.shut.replaceChildren(...(mode === 'shut' ? [notice('empty', 'Running commands needs the scope control', 'Log in with a key that has it. What you ran before is below.')] : []));
  }
  if (mode !== 'open') return;
  const list = all().filter(x => !filter || x.hostname.toLowerCase().includes(filter) || Object.entries(x.labels ?? {}).flat().join(' ').toLowerCase().includes(filter))
    .sort((a, b) => Number(Boolean(obstacle(a))) - Number(Boolean(obstacle(b))) || a.hostname.localeCompare(b.hostname, 'en', { numeric: true }));
  keyed(parts.hosts, list, x => x.hostname, pick);
  for (const name of picked) if (!state.hosts.has(name)) picked.delete(name);
  const able = all().filter(x => !obstacle(x)).length;
  setText(parts.says, able === 0 ? !state.hostsAt ? '' : all().some(x => obstacle(x) === 'offline') ? 'No host can run a command now: those that may are offline' : 'No host runs commands: exec.policy in fleet.yml is off' : picked.size ? `${count(picked.size, 'host')} chosen: ${clean([...picked].slice(0, 5).join(', '), 200)}${picked.size > 5 ? ' …' : ''}` : `${able} of ${count(state.hosts.size, 'host')} may run commands`);
  parts.submit.disabled = picked.size === 0;
  setText(parts.submit, picked.size > 1 ? `Run on ${picked.size} hosts` : 'Run');
  const chosen = [...picked].map(configOf).filter(Boolean);
  const longest = Math.min(...chosen.map(c => duration(c.exec?.max_timeout) || Infinity));
  setAttr(parts.timeout, 'max', Number.isFinite(longest) ? longest : 604800);
  const allowed = [...new Set(chosen.filter(c => c.exec?.policy === 'allow_list').flatMap(c => c.commands ?? []))];
  keyed(parts.known, allowed, c => c, command => ({ node: h('button', { type: 'button', class: 'mono', 'data-testid': 'exec-allowed', on: { click: () => { parts.command.value = command; } } }, remote(command, 80)) }));
}

function pick(first) {
  const box = h('input', { type: 'checkbox', value: first.hostname, on: { change: () => {
    if (box.checked) picked.add(first.hostname);
    else picked.delete(first.hostname);
    render();
  } } });
  const why = h('span', { class: 'soft small' });
  const node = h('label', { class: 'option', 'data-testid': 'exec-host', 'data-host': first.hostname }, box, remote(first.hostname, 60), why);
  return { node, update(host) {
    const not = obstacle(host);
    box.disabled = not !== null;
    if (not) picked.delete(host.hostname);
    box.checked = picked.has(host.hostname);
    setText(why, not ?? (configOf(host.hostname)?.exec?.policy === 'allow_list' ? 'listed commands' : host.status === 'online' ? '' : clean(host.status, 20)));
  } };
}

/** Resolves when it has ended. Those of all batches wait in one queue. */
const begin = started => new Promise(done => {
  queue.push(() => started.start().finally(done));
  next();
});

function next() {
  while (busy < AT_ONCE && queue.length) {
    busy++;
    queue.shift()().finally(() => {
      busy--;
      next();
    });
  }
}

async function submit(event) {
  event.preventDefault();
  const command = parts.command.value;
  if (!command.trim() || !picked.size) return;
  const folder = parts.folder.value.trim();
  const started = [...picked].map(host => run({ host, command, timeout_seconds: Number(parts.timeout.value) || 60, ...(folder ? { working_directory: folder } : {}) }));
  runs.push(...started);
  const cancel = started.length > 1 ? h('button', { type: 'button', 'data-testid': 'exec-cancel-all', on: { click: event => { event.target.remove(); started.forEach(r => r.stop()); } } }, 'Cancel all') : null;
  parts.runs.prepend(h('section', { class: 'stack', 'data-testid': 'exec-batch' }, h('h3', { class: 'break' }, h('code', {}, clean(command, 300)), ' ', cancel), h('div', { class: 'grid-of-runs' }, started.map(r => r.node))));
  while (parts.runs.childElementCount > 10) parts.runs.lastChild.remove();
  await Promise.all(started.map(begin));
  cancel?.remove();
  if (started.length > 1) toast(`Done on ${started.length} hosts.`);
  parts.history.load();
}
