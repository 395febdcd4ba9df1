// The six areas of the overview: a status, a reason in words and a few lines.
import { age, celsius, count, known, mebi, milliseconds, percent, watts } from './format.js';
import { hosts } from './store.js';

const RANK = { ok: 0, degraded: 1, error: 2 };

const worst = list => list.filter(s => s in RANK).reduce((a, b) => (RANK[b] > RANK[a] ? b : a), list.length ? 'ok' : undefined);

const off = what => ({ status: undefined, reason: `${what} in fleet.yml.`, lines: [] });

const isLocal = host => !host.address && !host.pushes; // a device that pushes has no address either

const isOff = part => !part || part.configured === false;

function gpuState(gpu) {
  if (gpu.fault) return ['error', gpu.fault === 'lost' ? 'the GPU is lost' : 'needs a reset'];
  if (gpu.temperature_c > 90) return ['degraded', `${celsius(gpu.temperature_c)}, above 90 °C`];
  if (gpu.utilization_percent > 95) return ['degraded', 'above 95 % utilisation'];
  return ['ok', null];
}

function gpus(list, none) {
  const withGpus = list.filter(x => x.has_gpu || x.gpus_lost > 0 || (x.status === 'offline' && x.labels?.gpu));
  if (!withGpus.length) return off(none);
  const lines = withGpus.map(host => {
    const states = host.gpus.map(gpuState);
    const status = host.status === 'offline' ? 'error' : worst([...states.map(s => s[0]), host.gpus_lost > 0 ? 'error' : 'ok']);
    const peak = Math.max(...host.gpus.map(g => g.utilization_percent ?? -1));
    const hot = Math.max(...host.gpus.map(g => g.temperature_c ?? -1));
    const why = host.gpus_lost > 0 ? `${count(host.gpus_lost, 'GPU')} lost` : states.find(s => s[0] === status)?.[1];
    return { key: host.hostname, status, why: host.status === 'offline' ? 'offline' : why, busy: status === 'degraded' && hot <= 90,
      what: host.gpus.length > 1 ? `${host.hostname} · ${host.gpus.length} GPUs` : host.hostname,
      figure: [peak >= 0 ? percent(peak) : null, hot >= 0 ? celsius(hot) : null].filter(Boolean).join(' · ') };
  }).sort((a, b) => RANK[b.status] - RANK[a.status]);
  const sick = lines.filter(l => l.status !== 'ok');
  return { status: worst(lines.map(l => l.status)), lines,
    reason: sick.length ? sick.slice(0, 3).map(l => `${l.key}: ${l.why ?? l.status}`).join('; ') + (sick.length > 3 ? `; ${sick.length - 3} more` : '') : `${count(withGpus.reduce((n, x) => n + x.gpus.length, 0), 'GPU')} well` };
}

const oneGpu = p => ({ key: 'gpu', status: p.status, what: p.gpu_name ?? p.host, figure: `${percent(p.utilization_pct)} · ${celsius(p.temperature_c)} · ${watts(p.power_w)}` });

function provider({ overview }) {
  const [p, beat] = [overview?.provider, overview?.heartbeat];
  if (isOff(p) && isOff(beat)) return off('No model server');
  const lines = [];
  if (!isOff(p)) lines.push({ key: 'p', status: p.status, what: `${p.provider} (${p.server})`, figure: milliseconds(p.latency_ms) });
  if (!isOff(beat)) lines.push({ key: 'h', status: beat.status, what: `heartbeat ${beat.model ?? ''} :${beat.port}`, figure: beat.service_status ?? '' });
  const why = [];
  if (!isOff(p) && p.status !== 'ok') why.push(p.error ?? (p.last_checked_at ? 'loads its model' : 'not asked yet'), p.consecutive_failures > 1 ? `${p.consecutive_failures} failures in a row` : null, p.last_healthy_at ? `well ${age(p.last_healthy_at)} ago` : null);
  if (!isOff(beat) && beat.status !== 'ok') why.push(beat.server_healthy ? `heartbeat answers, but its unit is ${beat.service_status}` : 'heartbeat fails');
  return { status: worst([p, beat].filter(x => !isOff(x)).map(x => x.status)), reason: why.filter(Boolean).join(', ') || 'It answers.', lines };
}

function multimodal({ overview }) {
  const m = overview?.multimodal;
  if (isOff(m)) return off('No service');
  const lines = Object.entries(m.services ?? {}).map(([name, s]) => ({ key: name, status: s.status, what: s.model ? `${name} · ${s.model}` : name, figure: s.status ?? 'not asked yet' }))
    .sort((a, b) => (RANK[b.status] ?? 1) - (RANK[a.status] ?? 1));
  const sick = lines.filter(l => l.status !== 'ok').map(l => `${l.key} ${l.status === 'loading' ? 'loads' : l.status === 'error' ? 'fails' : 'not asked yet'}`);
  return { status: m.status, reason: sick.length ? `${m.services_up} of ${m.services_total} up: ${sick.join(', ')}` : `All ${m.services_total} up.`, lines };
}

function gateway({ overview }) {
  const g = overview?.gateway;
  if (isOff(g)) return off('No gateway');
  const discord = g.discord;
  const newest = [...(g.sessions ?? [])].sort((a, b) => a.age_seconds - b.age_seconds).slice(0, 5);
  const lines = [{ key: 'gateway', status: g.gateway_ok ? 'ok' : 'error', what: 'gateway', figure: milliseconds(g.latency_ms) }];
  if (discord) lines.push({ key: 'discord', status: discord.ok ? 'ok' : 'error', what: `Discord ${discord.bot_name ?? ''}`, figure: milliseconds(discord.latency_ms) });
  lines.push(...newest.map(s => ({ key: `s ${s.key}`, what: s.key, figure: known(s.age_seconds) ? age(new Date(Date.now() - s.age_seconds * 1000)) : '' })));
  return { status: g.status, lines, reason: !g.gateway_ok ? g.error ?? 'It does not answer.' : discord && !discord.ok ? 'It answers, but its Discord channel is down.' : `It answers${known(g.session_count) ? `, ${count(g.session_count, 'session')}` : ''}.` };
}

function tunnel({ overview }) {
  const t = overview?.tunnel;
  if (isOff(t)) return off('No tunnel');
  const unit = t.service_name ? `${t.service_name} is ${t.service_status ?? 'unknown'}` : null;
  return { status: t.status, lines: [{ key: 't', status: t.status, what: `${t.host}:${t.port ?? '?'}`, figure: milliseconds(t.latency_ms) }, ...(unit ? [{ key: 'u', status: t.service_active === false ? 'error' : t.service_active ? 'ok' : undefined, what: unit }] : [])],
    reason: t.reachable ? 'All are reachable.' : [t.error ?? 'not reachable', t.service_active ? 'though its unit is active' : null].filter(Boolean).join(', ') };
}

function localGpu({ overview }) {
  const part = overview?.local_gpu;
  const local = hosts().filter(isLocal);
  const known = gpus(local, 'No GPU of this machine');
  if (known.status || isOff(part)) return known;
  return { status: part.status, reason: part.status === 'ok' ? `${mebi(part.memory_used_mb)} in use` : 'no reading', lines: [oneGpu(part)] };
}

export const AREAS = [
  { key: 'gpu', name: 'Remote GPUs', read: () => gpus(hosts().filter(x => !isLocal(x)), 'No remote host with a GPU') },
  { key: 'local_gpu', name: 'Local GPU', read: localGpu },
  { key: 'provider', name: 'LLM provider', read: provider },
  { key: 'multimodal', name: 'Multimodal services', read: multimodal },
  { key: 'gateway', name: 'Gateway', read: gateway },
  { key: 'tunnel', name: 'Tunnels', read: tunnel },
];
