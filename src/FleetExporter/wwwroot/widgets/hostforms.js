// Adds, tests, edits and removes hosts; all of it needs the scope admin.
import { get, getForChange, post, put, remove } from '../core/api.js';
import { loadConnections } from '../core/connections.js';
import { createButton, fill, h } from '../core/dom.js';
import { navigate } from '../core/router.js';
import { hasScope } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { copyable, toast, whileDisabled } from '../core/ui.js';
import { actions, cancelButton, openDialog } from './dialog.js';
import { formDialog } from './form.js';
import { probeSteps } from './probesteps.js';

const POLICIES = { any: 'any command', off: 'no commands' };

const input = (testid, value, props) =>
  h('input', { type: 'text', 'data-testid': testid, value: value ?? '', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', ...props });

/** The fields of a host. `body` is what the API takes: empty fields are null, so that fleet.yml's `ssh:` decides. */
function hostFields(host = {}) {
  const name = input('host-name', host.name, { required: true, autofocus: true, placeholder: 'gpu-server-1' });
  const hostname = input('host-address', host.hostname, { required: true, placeholder: '10.0.0.12 or gpu-server-1.lan' });
  const port = input('host-port', host.port ?? '', { type: 'number', min: 1, max: 65535, placeholder: '22' });
  const username = input('host-user', host.username, { placeholder: 'as in ssh: of fleet.yml' });
  const keyNote = h('div', { class: 'stack', 'data-testid': 'key-note' });
  const key = h('select', { 'data-testid': 'host-key-file' });
  const newKey = createButton('Make a new key', 'host-key-new', createKey, { class: 'small' });
  const policy = h('select', { 'data-testid': 'host-policy' }, Object.entries(POLICIES).map(([word, text]) => h('option', { value: word }, text)));
  const initialPolicy = policy.value = (host.exec_policy ?? 'any') === 'any' ? 'any' : 'off';
  let keys = [];

  function showKeys(selected) {
    const known = keys.some(k => k.path === selected) || !selected ? [] : [{ path: selected }];
    fill(
      key,
      h('option', { value: '' }, 'as in ssh: of fleet.yml'),
      [...keys, ...known].map(k =>
        h('option', { value: k.path, disabled: k.usable === false }, sanitize(`${k.path}${k.usable === false ? `: ${k.reason}` : ''}`, 120))),
    );
    key.value = selected ?? '';
  }

  async function createKey() {
    try {
      const made = await post('/api/ssh/keys', { name: name.value.trim().toLowerCase().replace(/[^a-z0-9_-]+/g, '-') || 'fleet' });
      keys.push(made);
      showKeys(made.path);
      const advice = h('p', { class: 'small' }, 'Run this on the host, as its login user, then test:');
      fill(keyNote, newKey, advice, copyable(made.install_command, 'key-install'));
    } catch (error) {
      fill(keyNote, newKey, h('p', { class: 'bad small' }, error.message));
    }
  }

  showKeys(host.ssh_key_path);
  fill(keyNote, newKey);
  get('/api/ssh/keys', { quiet: true }).then(answer => {
    keys = answer.items;
    showKeys(key.value);
  }, error => fill(keyNote, newKey, h('p', { class: 'bad small' }, `The keys: ${error.message}`)));
  const text = control => control.value.trim() || null;
  return { keyNote, list: [
    ['Name', name, 'name'], ['Address', hostname, 'hostname'], ['Login user', username, 'username'], ['Key', key, 'ssh_key_path'],
    ['Port', port, 'port'], ['Commands that may run there', policy, 'exec_policy'],
  ], body: () => ({
    name: name.value.trim(), hostname: hostname.value.trim(), username: text(username), port: port.value ? Number(port.value) : null,
    ssh_key_path: key.value || null,
    // allow_list, which the choice does not have, stays as it is.
    ...(host.id && policy.value === initialPolicy ? {} : { exec_policy: policy.value }),
  }) };
}

/** Which host /api/dgx/trust is about. */
const trusted = body => (body.connection
  ? { connection: body.connection } : { hostname: body.hostname, port: body.port ?? null, username: body.username ?? null });

function hostForm({ title, testid, submitLabel, host, submit }) {
  const fields = hostFields(host);
  const steps = probeSteps('/api/dgx/probe', trusted);
  const test = createButton('Test', 'host-test-button', () => {
    dialog.showError(null);
    return whileDisabled(test, () => steps.run(fields.body()).catch(dialog.showError));
  });
  const dialog = formDialog({
    title, testid, submitLabel, fields: fields.list, buttons: test, more: [fields.keyNote, steps.node], onClose: steps.stop,
    submit: () => submit(fields.body()),
  });
}

/** @param onDone called when the list of connections has changed. */
export function addHost(onDone, host) {
  hostForm({ title: 'Add a host', testid: 'add-host', submitLabel: 'Add', host, submit: async body => {
    const added = await post('/api/dgx/connections', body);
    await loadConnections().catch(() => {});
    onDone?.();
    navigate('hosts', added.name);
    toast(`${sanitize(added.name, 60)} is added.`, 'ok');
  } });
}

export async function editHost(connection) {
  const path = `/api/dgx/connections/${encodeURIComponent(connection.id)}`;
  let host, etag;
  try {
    ({ body: host, etag } = await getForChange(path));
  } catch (error) {
    return toast(`${sanitize(connection.name, 60)}: ${error.message}`, 'bad');
  }
  hostForm({ title: `Edit ${sanitize(host.name, 60)}`, testid: 'edit-host', submitLabel: 'Save', host, submit: async body => {
    const saved = await put(path, body, { etag });
    await loadConnections().catch(() => {});
    navigate('hosts', saved.name);
    toast(`${sanitize(saved.name, 60)} is saved.`, 'ok');
  } });
  return undefined;
}

export function removeHost(connection, onDone) {
  const cascade = h('input', { type: 'checkbox', 'data-testid': 'remove-cascade' });
  formDialog({
    title: `Remove ${sanitize(connection.name, 60)}`, testid: 'remove-host', submitLabel: 'Remove', danger: true,
    fields: [['Also delete its projects and jobs', cascade, 'cascade']],
    intro: h('p', {}, 'It is no longer watched, and its alerts end. What Prometheus has of it stays there.'),
    submit: async () => {
      await remove(`/api/dgx/connections/${encodeURIComponent(connection.id)}${cascade.checked ? '?cascade=true' : ''}`);
      await loadConnections().catch(() => {});
      onDone?.();
      navigate('hosts');
      toast(`${sanitize(connection.name, 60)} is removed.`, 'ok');
    },
  });
}

/** Tests a host that is watched, step by step. */
export function tryHost(hostname) {
  const steps = probeSteps('/api/dgx/probe', trusted);
  const again = createButton('Again', 'host-test-again', run);
  openDialog(`Test of ${sanitize(hostname, 60)}`, [steps.node, actions(cancelButton('Close'), again)], steps.stop);
  run();

  function run() {
    steps.run({ connection: hostname }).catch(steps.showError);
  }
}

/** A host that is known and not watched. */
export function idleHost(connection, onDone) {
  const connect = createButton('Connect', 'idle-connect', async () => {
    try {
      await post(`/api/dgx/connect/${encodeURIComponent(connection.id)}`);
      onDone();
    } catch (error) {
      toast(error.message, 'bad');
    }
  });
  const canChange = hasScope('admin') && connection.source === 'api';
  return { node: h(
    'li',
    { class: 'row', 'data-testid': 'idle-host', 'data-host': connection.name },
    h('strong', {}, remoteText(connection.name, 80)),
    h('span', { class: 'soft small' }, sanitize(`${connection.hostname}, ${connection.is_active ? 'not watched' : 'disconnected'}`, 120)),
    h('span', { class: 'row end' }, connect,
      canChange ? createButton('Edit', 'idle-edit', () => editHost(connection)) : null,
      canChange ? createButton('Remove', 'idle-remove', () => removeHost(connection, onDone), { class: 'danger' }) : null),
  ) };
}
