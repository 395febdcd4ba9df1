// Adds, tests, edits and removes services, model servers, gateways and tunnels; all of it needs the scope admin.
import { getForChange, post, put, remove } from '../core/api.js';
import { createButton, fill, h } from '../core/dom.js';
import { navigate } from '../core/router.js';
import { state } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { toast, whileDisabled } from '../core/ui.js';
import { formDialog } from './form.js';
import { probeSteps } from './probesteps.js';

/** The keys of each kind, as in fleet.yml: [key, label, placeholder]. */
const KINDS = {
  service: ['Service', [['url', 'URL of its health', 'such as http://127.0.0.1:8101/health']]],
  provider: ['Model server', [
    ['url', 'Base URL', 'such as http://127.0.0.1:8000'], ['kind', 'Server', ['openai', 'llama_cpp', 'vllm', 'sglang']],
    ['key_file', 'File with its key', 'none'], ['unit', 'systemd unit', 'none'],
  ]],
  gateway: ['Gateway', [
    ['url', 'URL', 'ws://127.0.0.1:18789'], ['token_file', 'File with its token', 'none'], ['channels', 'Required channels', 'discord, telegram'],
  ]],
  tunnel: ['Tunnel', [
    ['connect', 'Address where it listens', '127.0.0.1:8001'], ['verify', 'Check', ['tcp', 'banner', 'http']],
    ['verify_url', 'URL to get through it, for http', 'such as http://127.0.0.1:8001/health'], ['unit', 'systemd unit', 'none'],
  ]],
};
const REQUIRED = ['url', 'connect'];
export const kindName = kind => KINDS[kind]?.[0] ?? kind;
export const targetPath = (kind, name) => `/api/targets/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;

const textInput = (key, placeholder, value) => h('input', {
  type: 'text', 'data-testid': `target-${key}`, value: value ?? '', placeholder: placeholder ?? '', autocomplete: 'off', spellcheck: 'false',
  required: REQUIRED.includes(key) || key === 'name',
});

function controlOf(key, options, settings) {
  if (!Array.isArray(options)) {
    const value = key === 'verify_url' ? settings.verify?.http : settings[key];
    return textInput(key, options, Array.isArray(value) ? value.join(', ') : value);
  }
  const select = h('select', { 'data-testid': `target-${key}` }, options.map(word => h('option', { value: word }, word)));
  const value = key === 'verify' && settings.verify?.http ? 'http' : settings[key];
  select.value = options.includes(value) ? value : options[0];
  return select;
}

/** The target as the API takes it; what is empty is null and gets its default. */
function bodyOf(kind, controls) {
  const text = key => controls[key]?.value.trim() || null;
  const { name, verify_url: url, ...settings } = Object.fromEntries(Object.keys(controls).map(key => [key, text(key)]));
  if (kind === 'gateway') settings.channels = settings.channels?.split(',').map(channel => channel.trim()).filter(Boolean) ?? null;
  if (settings.verify === 'http') settings.verify = { http: url ?? '' };
  return { kind, name, settings };
}

function targetDialog({ title, kind, settings, canChooseKind, submitLabel, testid, submit }) {
  const kinds = Object.keys(KINDS).map(k => h('option', { value: k }, kindName(k)));
  const kindSelect = h('select', { 'data-testid': 'target-kind-choice', autofocus: canChooseKind }, kinds);
  kindSelect.value = kind;
  const controls = { name: textInput('name', 'stt', settings.name), host: textInput('host', 'the exporter’s machine', settings.host) };
  for (const [key, , options] of KINDS[kind][1]) controls[key] = controlOf(key, options, settings);
  controls.timeout = textInput('timeout', '5s', settings.timeout);
  const names = h('datalist', { id: 'target-hosts' }, [...state.hosts.keys()].slice(0, 200).map(name => h('option', { value: name })));
  controls.host.setAttribute('list', 'target-hosts');
  const steps = probeSteps('/api/targets/try', null);
  const test = createButton('Test', 'target-test', () => {
    dialog.showError(null);
    return whileDisabled(test, () => steps.run(bodyOf(kind, controls)).catch(dialog.showError));
  });
  const fields = [
    ...(canChooseKind ? [['Kind', kindSelect, 'kind']] : []), ['Name', controls.name, 'name'],
    ...KINDS[kind][1].map(([key, label]) => [label, controls[key], `settings.${key === 'verify_url' ? 'verify.http' : key}`]),
    ['Host it runs on', controls.host, 'settings.host'], ['Time limit of a poll', controls.timeout, 'settings.timeout'],
  ];
  kindSelect.addEventListener('change', () => targetDialog({
    title, kind: kindSelect.value, settings: { name: controls.name.value, host: controls.host.value }, canChooseKind, submitLabel, testid, submit,
  }));
  const dialog = formDialog({
    title, testid, submitLabel, fields, buttons: test, more: [names, steps.node], onClose: steps.stop,
    submit: () => submit(bodyOf(kind, controls)),
  });
}

/** @param onDone called when the list has changed. */
export function addTarget(onDone, kind = 'service') {
  targetDialog({ title: 'Add a target', kind, settings: {}, canChooseKind: true, submitLabel: 'Add', testid: 'add-target', submit: async body => {
    const added = await post('/api/targets', body);
    onDone?.();
    navigate('targets', `${added.kind}/${added.name}`);
    toast(`${sanitize(added.name, 60)} is added.`, 'ok');
  } });
}

export async function editTarget(kind, name, key, onDone) {
  try {
    const { body: target, etag } = await getForChange(targetPath(kind, key));
    const settings = { ...target.settings, name: target.name };
    targetDialog({ title: `Edit ${sanitize(name, 60)}`, kind, settings, submitLabel: 'Save', testid: 'edit-target', submit: async body => {
      const saved = await put(targetPath(kind, key), body, { etag });
      onDone?.();
      navigate('targets', `${saved.kind}/${saved.name}`);
      toast(`${sanitize(saved.name, 60)} is saved.`, 'ok');
    } });
  } catch (error) {
    toast(`${sanitize(name, 60)}: ${error.message}`, 'bad');
  }
}

/** @param key name, or id: of two targets with one name, that of fleet.yml has the name. */
export function removeTarget(kind, name, key = name) {
  formDialog({
    title: `Remove ${sanitize(name, 60)}`, testid: 'remove-target', submitLabel: 'Remove', danger: true,
    intro: h('p', {}, 'It is no longer watched, and its alerts end. What Prometheus has of it stays there.'),
    submit: async () => {
      await remove(targetPath(kind, key));
      navigate('targets');
      toast(`${sanitize(name, 60)} is removed.`, 'ok');
    },
  });
}

/** Polls a target once, when its button is used. */
export function targetTrial(kind, name) {
  const steps = probeSteps('/api/targets/try', null);
  return { node: steps.node, stop: steps.stop, run: () => steps.run({ kind, name }).catch(steps.showError) };
}
