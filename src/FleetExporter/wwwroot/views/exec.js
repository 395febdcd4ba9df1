// Commands on hosts: one or several, output as it happens; below, what ran before.
import { byUse, configOf, hint, loadConnections, obstacle, policyText } from '../core/connections.js';
import { h, keyed, setAttr, setText } from '../core/dom.js';
import { run } from './execrun.js';
import { execHistory } from './exechistory.js';
import { count, duration } from '../core/format.js';
import { hosts as all, isConnected, may, state } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { filterBox, notice, toast } from '../core/ui.js';

/** A browser has six connections to a service over HTTP/1.1; the page needs the rest itself. */
const AT_ONCE = 4;

let parts;
let filter = '';
const picked = new Set();
const runs = [];
const queue = [];
let busy = 0;

export const view = {
  mount(root) {
    parts = {
      hosts: h('div', { class: 'pick', 'data-testid': 'exec-hosts', role: 'group', 'aria-label': 'Hosts' }),
      says: h('span', { class: 'soft small', role: 'status' }),
      runs: h('div', { class: 'runs stack', 'data-testid': 'exec-runs' }),
      shut: h('div', {}),
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
    parts.submit = h('button', { class: 'go', 'data-testid': 'exec-run-button' }, 'Run');
    parts.known = h('div', { class: 'row small' });
    parts.filter = filterBox('exec-filter', 'Filter hosts', text => { filter = text; render(); });
    const none = h('button', { type: 'button', 'data-testid': 'exec-none', on: { click: () => { picked.clear(); render(); } } }, 'Choose none');
    parts.form = h('form', { class: 'card stack exec-form', 'data-testid': 'exec-form', on: { submit } },
      h('div', { class: 'row' }, h('h2', {}, 'Run a command'), parts.says, h('span', { class: 'end' }, none)),
      parts.filter, parts.hosts, h('label', { class: 'field' }, 'Command, run with sh -c', parts.command), parts.known,
      h('div', { class: 'row' }, h('label', { class: 'field' }, 'Time limit, seconds', parts.timeout),
        h('label', { class: 'field grow' }, 'Working directory', parts.folder), h('span', { class: 'end' }, parts.submit)));
    parts.command.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) parts.form.requestSubmit();
    });
    parts.history = execHistory(entry => again({ ...entry, hosts: [entry.host] }));
    root.append(parts.shut, parts.form, parts.runs, parts.history.node);
    addEventListener('beforeunload', event => { if (runs.some(r => r.isRunning())) event.preventDefault(); });
  },

  show(argument) {
    if (argument && state.hosts.has(argument)) picked.add(argument);
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
  loadConnections().then(render, () => {}); // what fleet.yml says of its hosts is known without
}

/** Fills the form with what ran: its hosts and no other, its command, folder and time limit. */
function again({ hosts, command, working_directory: folder, timeout_seconds: limit }) {
  picked.clear();
  for (const name of hosts) if (!obstacle(name)) picked.add(name);
  filter = parts.filter.value = '';
  parts.command.value = command;
  parts.folder.value = folder ?? '';
  parts.timeout.value = limit;
  const missing = hosts.filter(name => !picked.has(name));
  if (missing.length) toast(`Not chosen: ${missing.map(name => `${clean(name, 60)} (${obstacle(name)})`).join(', ')}`, 'bad');
  render();
  parts.command.focus();
}

function render() {
  if (!parts) return;
  parts.form.hidden = !may('control');
  const mode = state.me === undefined ? 'asking' : may('control') ? 'open' : 'shut';
  if (parts.shut.dataset.mode !== mode) {
    parts.shut.dataset.mode = mode;
    const shut = notice('empty', 'Running commands needs the scope control', 'Log in with a key that has it.');
    parts.shut.replaceChildren(...(mode === 'shut' ? [shut] : []));
  }
  if (mode !== 'open') return;
  const list = all()
    .filter(
      x =>
        !filter
        || x.hostname.toLowerCase().includes(filter)
        || Object.entries(x.labels ?? {})
          .flat()
          .join(' ')
          .toLowerCase()
          .includes(filter),
    )
    .sort((a, b) => byUse(a.hostname, b.hostname));
  keyed(parts.hosts, list, x => x.hostname, pick);
  for (const name of picked) if (!state.hosts.has(name)) picked.delete(name);
  setText(parts.says, summary());
  parts.submit.disabled = picked.size === 0;
  setText(parts.submit, picked.size > 1 ? `Run on ${picked.size} hosts` : 'Run');
  const chosen = [...picked].map(configOf).filter(Boolean);
  const longest = Math.min(...chosen.map(c => duration(c.exec?.max_timeout) || Infinity));
  setAttr(parts.timeout, 'max', Number.isFinite(longest) ? longest : 604800);
  const allowed = [...new Set(chosen.filter(c => c.exec?.policy === 'allow_list').flatMap(c => c.commands ?? []))];
  keyed(
    parts.known,
    allowed,
    c => c,
    command => ({
      node: h(
        'button',
        {
          type: 'button',
          class: 'mono',
          'data-testid': 'exec-allowed',
          on: {
            click: () => {
              parts.command.value = command;
            },
          },
        },
        remote(command, 80),
      ),
    }),
  );
}

function summary() {
  const able = all().filter(x => !obstacle(x.hostname)).length;
  if (picked.size) return `${count(picked.size, 'host')} chosen: ${clean([...picked].slice(0, 5).join(', '), 200)}${picked.size > 5 ? ' …' : ''}`;
  if (able) return `${able} of ${count(state.hosts.size, 'host')} can run commands`;
  if (!state.hostsAt) return '';
  const obstacles = [...new Set(all().map(x => obstacle(x.hostname)))];
  if (obstacles.every(o => o === 'commands are off')) return 'Commands are off on every host. Allow them with exec.policy in fleet.yml';
  return obstacles.includes('offline') ? 'Every host that may run commands is offline' : `No host can run commands: ${obstacles.join(', ')}`;
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
    const not = obstacle(host.hostname);
    box.disabled = not !== null;
    if (not) picked.delete(host.hostname);
    box.checked = picked.has(host.hostname);
    setText(why, clean([hint(host.hostname), not || host.status === 'online' ? '' : host.status].filter(Boolean).join(' · '), 80));
    setAttr(why, 'title', policyText(host.hostname));
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
  const order = { command, timeout_seconds: Number(parts.timeout.value) || 60, ...(folder ? { working_directory: folder } : {}) };
  const hosts = [...picked];
  const started = hosts.map(host => run({ host, ...order }));
  runs.push(...started);
  const cancel =
    started.length > 1
      ? h(
          'button',
          {
            type: 'button',
            'data-testid': 'exec-cancel-all',
            on: {
              click: event => {
                event.target.remove();
                started.forEach(r => r.stop());
              },
            },
          },
          'Cancel all',
        )
      : null;
  const repeat = h('button', { type: 'button', 'data-testid': 'exec-again', on: { click: () => again({ hosts, ...order }) } }, 'Again');
  parts.runs.prepend(h('section', { class: 'stack', 'data-testid': 'exec-batch' },
    h('div', { class: 'row' }, h('h3', { class: 'break' }, h('code', {}, clean(command, 300))), h('span', { class: 'row end' }, cancel, repeat)),
    h('div', { class: 'grid-of-runs' }, started.map(r => r.node))));
  while (parts.runs.childElementCount > 10) parts.runs.lastChild.remove();
  await Promise.all(started.map(begin));
  cancel?.remove();
  if (started.length > 1) toast(`Done on ${started.length} hosts.`);
  parts.history.load();
}
