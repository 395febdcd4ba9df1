// Adds the hosts of an ssh_config: reads it, shows what it has, adds those that are chosen.
import { post } from '../core/api.js';
import { loadConnections } from '../core/connections.js';
import { createButton, fill, h } from '../core/dom.js';
import { plural } from '../core/format.js';
import { sanitize } from '../core/text.js';
import { actions, cancelButton, openDialog } from './dialog.js';

export function importHosts(onDone) {
  const text = h('textarea', {
    rows: 8, spellcheck: 'false', 'data-testid': 'import-text', 'aria-label': 'ssh_config',
    placeholder: 'Host gpu-server-1\n  HostName 10.0.0.12\n  User ann',
  });
  const file = h('input', { type: 'file', 'data-testid': 'import-file', 'aria-label': 'File', on: { change: async () => {
    if (file.files[0]) text.value = await file.files[0].slice(0, 256 * 1024).text();
  } } });
  const error = h('p', { class: 'bad', role: 'alert', 'data-testid': 'import-error' });
  const found = h('div', { class: 'stack', 'data-testid': 'import-found' });
  const add = createButton('Add', 'import-add', addChosen, { class: 'primary', hidden: true });
  const read = createButton('Read', 'import-read', readConfig, { class: 'primary' });
  let rows = [];

  async function readConfig() {
    error.textContent = '';
    try {
      const { hosts, refused } = await post('/api/dgx/import', { ssh_config: text.value });
      rows = hosts.map(rowOf);
      fill(
        found,
        hosts.length ? h('ul', { class: 'plain-list' }, rows.map(r => r.node)) : h('p', {}, 'No host with a name is in it.'),
        refused.length ? h('p', { class: 'soft small' }, 'Not read:') : null,
        h('ul', { class: 'plain-list small soft' }, refused.map(r => h('li', {}, sanitize(`line ${r.line}, ${r.directive}: ${r.reason}`, 300)))),
      );
      add.hidden = !hosts.length;
      read.classList.remove('primary');
      showCount();
    } catch (failure) {
      error.textContent = failure.message;
    }
  }

  const chosen = () => rows.filter(r => r.box.checked && !r.isAdded);

  function showCount() {
    add.textContent = `Add ${plural(chosen().length, 'host')}`;
    add.disabled = !chosen().length;
  }

  function rowOf({ problems, ...host }) {
    const box = h('input', { type: 'checkbox', checked: !problems.length, on: { change: showCount } });
    const result = h('span', { class: 'small', role: 'status' });
    const address = `${host.username ? `${host.username}@` : ''}${host.hostname}${host.port ? `:${host.port}` : ''}`;
    const details = h('span', { class: 'soft small' }, sanitize([address, host.ssh_key_path].filter(Boolean).join(', '), 160));
    return { host, box, result, isAdded: false, node: h('li', { 'data-testid': 'import-host', 'data-host': host.name },
      h('label', { class: 'option' }, box, h('strong', {}, sanitize(host.name, 60)), details),
      problems.map(p => h('p', { class: 'warn small' }, sanitize(p, 300))), result) };
  }

  async function addChosen() {
    add.disabled = true;
    for (const row of chosen()) {
      try {
        await post('/api/dgx/connections', row.host);
        row.isAdded = true;
        row.box.disabled = true;
        row.result.className = 'ok small';
        row.result.textContent = 'added';
      } catch (failure) {
        row.result.className = 'bad small';
        row.result.textContent = sanitize([failure.message, ...Object.values(failure.fields).flat()].join(' '), 300);
      }
    }
    await loadConnections().catch(() => {});
    onDone?.();
    showCount();
  }

  openDialog('Import hosts from an ssh_config', [
    h('p', { class: 'soft small' }, 'Host, HostName, User, Port and IdentityFile are read. Nothing is added before you say so.'),
    text, file, error, found, actions(cancelButton('Close'), read, add),
  ]);
}
