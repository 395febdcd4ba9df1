// The areas of the overview, each with a status, a reason and some lines; an area that is not configured is not shown.
import { celsius, isNumber, mebibytes, percent, plural, watts } from '../core/format.js';
import { hrefOf } from '../core/router.js';
import { threshold } from '../core/thresholds.js';
import { hosts } from '../core/store.js';
import { isUnconfigured } from '../core/updates.js';
import { gateway, joinReasons, provider, STATUS_RANK, tunnel, unconfigured, worstStatus } from './targetareas.js';

/** Whether a host is the exporter's own machine; devices have no address either. */
const isLocal = host => !host.address && !host.pushes;

function gpuState(gpu) {
  if (gpu.fault) return ['error', gpu.fault === 'lost' ? 'the GPU is lost' : 'needs a reset'];
  const limit = gpu.temperature_limit_c ?? threshold('gpu_temperature_critical_celsius', 90);
  if (gpu.temperature_c > limit) return ['degraded', `${celsius(gpu.temperature_c)}, above the limit of ${celsius(limit)}`];
  return ['ok', null];
}

/** A host that has GPUs but no readings of them is an error, like one that has lost a GPU. */
function hostState(host) {
  if (host.status === 'offline') return ['error', 'offline'];
  if (host.gpus_lost > 0) return ['error', `${plural(host.gpus_lost, 'GPU')} lost`];
  if (!host.gpus.length)
    return host.last_seen ? ['error', host.reason?.startsWith('gpu: ') ? host.reason : 'no reading'] : ['degraded', 'no reading yet'];
  return host.gpus.map(gpuState).reduce((a, b) => (STATUS_RANK[b[0]] > STATUS_RANK[a[0]] ? b : a));
}

function gpuSummary(list, emptyReason) {
  const withGpus = list.filter(x => x.has_gpu || x.gpus_lost > 0 || (x.status === 'offline' && x.labels?.gpu));
  if (!withGpus.length) return unconfigured(emptyReason);
  const lines = withGpus.map(host => {
    const [status, reason] = hostState(host);
    const busiest = Math.max(...host.gpus.map(g => g.utilization_percent ?? -1));
    const hottest = Math.max(...host.gpus.map(g => g.temperature_c ?? -1));
    return { key: host.hostname, status, reason, href: hrefOf('hosts', host.hostname),
      what: host.gpus.length > 1 ? `${host.hostname} · ${host.gpus.length} GPUs` : host.hostname,
      figure: [busiest >= 0 ? percent(busiest) : null, hottest >= 0 ? celsius(hottest) : null].filter(Boolean).join(' · ') };
  }).sort((a, b) => STATUS_RANK[b.status] - STATUS_RANK[a.status]);
  const unhealthy = lines.filter(l => l.status !== 'ok').map(l => `${l.key}: ${l.reason}`);
  return {
    status: worstStatus(lines.map(l => l.status)),
    lines,
    reason: unhealthy.length ? joinReasons(unhealthy) : `${plural(withGpus.reduce((n, x) => n + x.gpus.length, 0), 'GPU')} OK`,
  };
}

/** Uses /api/overview until it is known which hosts have GPUs. */
function gpuArea(list, part, emptyReason) {
  const area = gpuSummary(list, emptyReason);
  if (area.status || isUnconfigured(part)) return area;
  const reason =
    part.status === 'ok' ? `${mebibytes(part.memory_used_mb)} in use` : part.status === 'error' ? (part.error ?? 'no reading') : 'no reading yet';
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
  const part = overview?.multimodal;
  if (isUnconfigured(part)) return unconfigured('No service in fleet.yml.');
  const lines = Object.entries(part.services ?? {})
    .map(([name, s]) => ({ key: name, status: s.status, href: hrefOf('targets', `service/${name}`), what: s.model ? `${name} · ${s.model}` : name,
      figure: s.status ?? 'not checked yet' }))
    .sort((a, b) => (STATUS_RANK[b.status] ?? 1) - (STATUS_RANK[a.status] ?? 1));
  const unhealthy = lines.filter(l => l.status !== 'ok')
    .map(l => `${l.key} ${l.status === 'loading' ? 'loading' : l.status === 'error' ? 'failing' : 'not checked yet'}`);
  return {
    status: part.status,
    reason: unhealthy.length ? `${part.services_up} of ${part.services_total} up: ${unhealthy.join(', ')}` : `All ${part.services_total} up.`,
    lines,
  };
}

/** Every host, worst first; those that are well are counted only. */
function hostArea() {
  const list = hosts();
  if (!list.length) return unconfigured('No hosts.');
  const rank = { offline: 0, degraded: 1, online: 2 };
  const lines = list.map(x => ({
    key: x.hostname, status: x.status, href: hrefOf('hosts', x.hostname), what: x.hostname,
    figure: x.status === 'online' ? (isNumber(x.cpu_percent) ? `CPU ${percent(x.cpu_percent)}` : '') : (x.reason ?? x.status),
  })).sort((a, b) => rank[a.status] - rank[b.status] || a.key.localeCompare(b.key, 'en', { numeric: true }));
  const unwell = lines.filter(l => l.status !== 'online');
  return {
    status: unwell.some(l => l.status === 'offline') ? 'error' : unwell.length ? 'degraded' : 'ok',
    reason: unwell.length ? joinReasons(unwell.map(l => `${l.key} ${l.status}`)) : list.length > 1 ? `All ${list.length} answer.` : 'It answers.',
    lines,
    more: hrefOf('hosts'),
  };
}

export const AREAS = [
  { key: 'hosts', name: 'Hosts', read: hostArea },
  {
    key: 'gpu',
    name: 'Remote GPUs',
    read: ({ overview }) => gpuArea(hosts().filter(x => !isLocal(x)), overview?.gpu, 'No remote host in fleet.yml has a GPU.'),
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
