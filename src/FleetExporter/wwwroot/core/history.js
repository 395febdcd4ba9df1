// The last minutes of each GPU and host for sparklines: as this page has seen them, and before it was opened or while it was away as the service has.
import { now } from './clock.js';
import { staleAfter } from './store.js';

export const WINDOW = 10 * 60 * 1000;
const FINEST = WINDOW / 150;
const COARSEST = 25000; // the service notes what it knows every ten seconds
const series = new Map();
const ofHost = new Map(); // the keys of each

export const cpuKey = host => `${host} cpu`;

export const gpuKey = (host, gpu) => `${host}/${gpu.uuid ?? gpu.index}`;

const isKnown = Number.isFinite;

function push(host, key, time, value) {
  let points = series.get(key);
  if (!points) {
    series.set(key, (points = []));
    if (!ofHost.has(host)) ofHost.set(host, new Set());
    ofHost.get(host).add(key);
  }
  const last = points.at(-1);
  if (last && last[0] >= time) {
    if (isKnown(last[1]) || !isKnown(value) || points.at(-2)?.[0] >= time - 1) return;
    last[0] = time - 1; // a silence that began by another clock
  }
  // Nobody looked, or nothing came.
  if (last && isKnown(last[1]) && time - last[0] > Math.max(staleAfter(), COARSEST)) points.push([last[0] + 1, null]);
  // Often asked, a line keeps no more points than can be seen, and its last value is the newest.
  const [a, b] = points.slice(-2);
  if (b && b[0] - a[0] < FINEST && isKnown(a[1]) === isKnown(b[1]) && isKnown(b[1]) === isKnown(value)) points.pop();
  points.push([time, value]);
  while (time - points[0][0] > WINDOW) points.shift();
}

/** Takes a host's values of the moment they came. Where there are none, because it is silent or a GPU is, the line ends. */
export function record(host) {
  const seen = Date.parse(host.last_seen ?? '');
  const silent = Number.isNaN(seen) || host.status === 'offline' || now() - seen > staleAfter();
  const values = new Map([
    [cpuKey(host.hostname), host.cpu_percent],
    ...(host.gpus ?? []).map(gpu => [gpuKey(host.hostname, gpu), gpu.utilization_percent]),
  ]);
  for (const key of ofHost.get(host.hostname) ?? []) if (!values.has(key)) values.set(key, null);
  for (const [key, value] of values) push(host.hostname, key, silent ? now() : seen, silent ? null : value ?? null);
}

/** @param recent the answer of /api/recent. */
export function fillIn(recent) {
  const times = Array.isArray(recent?.times) ? recent.times : [];
  const put = (host, key, values) => {
    const own = points(key);
    series.delete(key);
    const known = [
      ...own.filter(p => p[0] < times[0]),
      ...times.map((t, i) => [t, values?.[i] ?? null]),
      ...own.filter(p => p[0] > (times.at(-1) ?? 0)),
    ];
    for (const [time, value] of known) push(host, key, time, value);
  };
  for (const host of recent?.hosts ?? []) {
    put(host.hostname, cpuKey(host.hostname), host.cpu_percent);
    for (const gpu of host.gpus ?? []) put(host.hostname, gpuKey(host.hostname, gpu), gpu.utilization_percent);
  }
}

export const points = key => series.get(key) ?? [];

export function forget(host) {
  for (const key of ofHost.get(host) ?? []) series.delete(key);
  ofHost.delete(host);
}
