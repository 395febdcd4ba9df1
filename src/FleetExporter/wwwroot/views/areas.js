// The six areas of the overview: a status, a reason in words and a few lines.
import { celsius, count, mebi, percent, watts } from '../core/format.js';
import { limit } from '../core/limits.js';
import { hosts } from '../core/store.js';
import { isOff } from '../core/take.js';
import { gateway, off, provider, RANK, several, tunnel, worst } from './targetareas.js';

const isLocal = host => !host.address && !host.pushes; // a device that pushes has no address either

function gpuState(gpu) {
  if (gpu.fault) return ['error', gpu.fault === 'lost' ? 'the GPU is lost' : 'needs a reset'];
  const hot = gpu.temperature_limit_c ?? limit('gpu_temperature_critical_celsius', 90);
  if (gpu.temperature_c > hot) return ['degraded', `${celsius(gpu.temperature_c)}, its limit is ${celsius(hot)}`];
  return ['ok', null];
}

/** A host that has GPUs and says nothing of them now is as bad as one whose GPUs are lost. */
function hostState(host) {
  if (host.status === 'offline') return ['error', 'offline'];
  if (host.gpus_lost > 0) return ['error', `${count(host.gpus_lost, 'GPU')} lost`];
  if (!host.gpus.length)
    return host.last_seen ? ['error', host.reason?.startsWith('gpu: ') ? host.reason : 'no reading'] : ['degraded', 'no reading yet'];
  return host.gpus.map(gpuState).reduce((a, b) => (RANK[b[0]] > RANK[a[0]] ? b : a));
}

function gpus(list, none) {
  const withGpus = list.filter(x => x.has_gpu || x.gpus_lost > 0 || (x.status === 'offline' && x.labels?.gpu));
  if (!withGpus.length) return off(none);
  const lines = withGpus.map(host => {
    const [status, why] = hostState(host);
    const peak = Math.max(...host.gpus.map(g => g.utilization_percent ?? -1));
    const hot = Math.max(...host.gpus.map(g => g.temperature_c ?? -1));
    return { key: host.hostname, status, why, what: host.gpus.length > 1 ? `${host.hostname} · ${host.gpus.length} GPUs` : host.hostname,
      figure: [peak >= 0 ? percent(peak) : null, hot >= 0 ? celsius(hot) : null].filter(Boolean).join(' · ') };
  }).sort((a, b) => RANK[b.status] - RANK[a.status]);
  const sick = lines.filter(l => l.status !== 'ok').map(l => `${l.key}: ${l.why}`);
  return {
    status: worst(lines.map(l => l.status)),
    lines,
    reason: sick.length
      ? several(sick)
      : `${count(
          withGpus.reduce((n, x) => n + x.gpus.length, 0),
          'GPU',
        )} OK`,
  };
}

/** Hosts of which nobody knows yet whether they have GPUs: then the service's word. */
function gpuArea(list, part, none) {
  const area = gpus(list, none);
  if (area.status || isOff(part)) return area;
  const reason =
    part.status === 'ok' ? `${mebi(part.memory_used_mb)} in use` : part.status === 'error' ? (part.error ?? 'no reading') : 'no reading yet';
  return {
    status: part.status,
    reason,
    lines: [
      {
        key: 'gpu',
        status: part.status,
        what: part.gpu_name ?? part.host ?? 'this machine',
        figure: part.gpu_name ? `${percent(part.utilization_pct)} · ${celsius(part.temperature_c)} · ${watts(part.power_w)}` : '',
      },
    ],
  };
}

function multimodal({ overview }) {
  const m = overview?.multimodal;
  if (isOff(m)) return off('No service in fleet.yml.');
  const lines = Object.entries(m.services ?? {})
    .map(([name, s]) => ({ key: name, status: s.status, what: s.model ? `${name} · ${s.model}` : name, figure: s.status ?? 'no answer yet' }))
    .sort((a, b) => (RANK[b.status] ?? 1) - (RANK[a.status] ?? 1));
  const sick = lines
    .filter(l => l.status !== 'ok')
    .map(l => `${l.key} ${l.status === 'loading' ? 'loading' : l.status === 'error' ? 'failing' : 'no answer yet'}`);
  return {
    status: m.status,
    reason: sick.length ? `${m.services_up} of ${m.services_total} up: ${sick.join(', ')}` : `All ${m.services_total} up.`,
    lines,
  };
}

export const AREAS = [
  {
    key: 'gpu',
    name: 'Remote GPUs',
    read: ({ overview }) =>
      gpuArea(
        hosts().filter(x => !isLocal(x)),
        overview?.gpu,
        'No remote host in fleet.yml has a GPU.',
      ),
  },
  {
    key: 'local_gpu',
    name: 'Local GPU',
    read: ({ overview }) => gpuArea(hosts().filter(isLocal), overview?.local_gpu, 'This machine is not in fleet.yml, or has no GPU.'),
  },
  { key: 'provider', name: 'LLM provider', read: provider },
  { key: 'multimodal', name: 'Multimodal services', read: multimodal },
  { key: 'gateway', name: 'Gateway', read: gateway },
  { key: 'tunnel', name: 'Tunnels', read: tunnel },
];
