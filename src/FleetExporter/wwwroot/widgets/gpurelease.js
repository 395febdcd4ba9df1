// Releases the GPUs of a host, so that its driver can be updated or a GPU reset.
import { post, remove } from '../core/api.js';
import { h, setText } from '../core/dom.js';
import { timestamp } from '../core/format.js';
import { formDialog } from './form.js';
import { change, hasScope } from '../core/store.js';
import { remoteText } from '../core/text.js';
import { toast } from '../core/ui.js';

const path = host => `/api/hosts/${encodeURIComponent(host)}/gpu/release`;

/** A line of a host with GPUs: until when they are released, and the button that changes it. */
export function gpuRelease(hostname, isDetailed) {
  const text = h('span', { 'data-testid': 'gpus-released' });
  const release = h('button', { class: 'small', 'data-testid': 'gpu-release', on: { click: () => releaseDialog(hostname) } }, 'Release GPUs');
  const end = h('button', { class: 'small', 'data-testid': 'gpu-release-end', on: { click: () => endRelease(hostname) } }, 'Poll again');
  const node = h('p', { class: 'soft small row' }, text, release, end);
  return { node, update(host) {
    const until = host.gpus_released_until;
    const mayChange = isDetailed && hasScope('control') && !host.pushes;
    text.hidden = !until;
    setText(text, until ? `GPUs are not polled until ${timestamp(until)}` : '');
    release.hidden = !mayChange || Boolean(until);
    end.hidden = !mayChange || !until;
    node.hidden = !host.has_gpu || (!until && release.hidden);
  } };
}

function releaseDialog(hostname) {
  const minutes = h('input', { type: 'number', min: 1, max: 1440, value: '30', required: true, autofocus: true, 'data-testid': 'release-minutes' });
  formDialog({
    title: 'Release GPUs', testid: 'release', submitLabel: 'Release', fields: [['Minutes', minutes, 'minutes']],
    intro: [
      h('p', {}, 'Ends every nvidia-smi of the exporter on ', h('strong', {}, remoteText(hostname, 80)), ', and starts none during that time.'),
      h('p', { class: 'soft small' }, 'For a driver update, or nvidia-smi -r. Missing values of the GPUs raise no alert meanwhile.'),
    ],
    submit: async () => {
      const response = await post(path(hostname), { minutes: Number(minutes.value) });
      setReleased(hostname, response.until);
      toast(`${hostname}: GPUs are released${response.free ? '' : '; the last nvidia-smi is still ending'}.`, response.free ? 'ok' : 'warn');
    },
  });
}

async function endRelease(hostname) {
  try {
    await remove(path(hostname));
    setReleased(hostname, null);
  } catch (error) {
    toast(`${hostname}: ${error.message}`, 'bad');
  }
}

function setReleased(hostname, until) {
  change('hosts', s => {
    const host = s.hosts.get(hostname);
    if (host) s.hosts.set(hostname, { ...host, gpus_released_until: until });
  });
}
