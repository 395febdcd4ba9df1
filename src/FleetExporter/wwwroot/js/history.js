// The last minutes of each GPU and host for sparklines: as this page has seen them, and before it was opened or while it was away as the service has.
const MOST = 150;
const WINDOW = 10 * 60 * 1000;
const series = new Map();

export const gpuKey = (host, gpu) => `${host}/${gpu.uuid ?? gpu.index}`;

function push(key, time, value) {
  let points = series.get(key);
  if (!points) series.set(key, points = []);
  if (points.length && points[points.length - 1][0] >= time) return;
  points.push([time, value]);
  while (points.length > MOST || time - points[0][0] > WINDOW) points.shift();
}

/** Takes a host's values of the moment they came. */
export function record(host) {
  const time = Date.parse(host.last_seen ?? '');
  if (Number.isNaN(time)) return;
  push(`${host.hostname} cpu`, time, host.cpu_percent);
  for (const gpu of host.gpus ?? []) push(gpuKey(host.hostname, gpu), time, gpu.utilization_percent);
}

/** @param recent the answer of /api/recent. */
export function fillIn(recent) {
  const times = Array.isArray(recent?.times) ? recent.times : [];
  const put = (key, values) => series.set(key, [...times.map((t, i) => [t, values?.[i]]), ...points(key).filter(p => p[0] > (times.at(-1) ?? 0))]);
  for (const host of recent?.hosts ?? []) {
    put(`${host.hostname} cpu`, host.cpu_percent);
    for (const gpu of host.gpus ?? []) put(gpuKey(host.hostname, gpu), gpu.utilization_percent);
  }
}

export const points = key => series.get(key) ?? [];

export function forget(host) {
  for (const key of series.keys()) if (key.startsWith(`${host}/`) || key === `${host} cpu`) series.delete(key);
}
