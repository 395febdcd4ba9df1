// Values of the last ten minutes per GPU and host, for sparklines: received here, and from /api/recent for the time before.
import { now } from './clock.js';
import { staleAfterMs } from './store.js';

export const WINDOW_MS = 10 * 60 * 1000;
const MIN_SPACING_MS = WINDOW_MS / 150;
const MAX_RECENT_SPACING_MS = 25000; // the service records values every ten seconds
const series = new Map();
const keysByHost = new Map();

export const cpuKey = host => `${host} cpu`;

export const gpuKey = (host, gpu) => `${host}/${gpu.uuid ?? gpu.index}`;

const isKnown = Number.isFinite;

function addPoint(host, key, time, value) {
  let points = series.get(key);
  if (!points) {
    series.set(key, (points = []));
    if (!keysByHost.has(host)) keysByHost.set(host, new Set());
    keysByHost.get(host).add(key);
  }
  const last = points.at(-1);
  if (last && last[0] >= time) {
    if (isKnown(last[1]) || !isKnown(value) || points.at(-2)?.[0] >= time - 1) return;
    last[0] = time - 1; // a gap whose start was taken from the other clock
  }
  // No value arrived for longer than usual: add a gap.
  if (last && isKnown(last[1]) && time - last[0] > Math.max(staleAfterMs(), MAX_RECENT_SPACING_MS)) points.push([last[0] + 1, null]);
  // Points closer together than can be drawn: the newest one replaces the one before.
  const [a, b] = points.slice(-2);
  if (b && b[0] - a[0] < MIN_SPACING_MS && isKnown(a[1]) === isKnown(b[1]) && isKnown(b[1]) === isKnown(value)) points.pop();
  points.push([time, value]);
  while (time - points[0][0] > WINDOW_MS) points.shift();
}

/** Adds a host's current values at the time they were read. Where the host or one of its GPUs has none, the line ends. */
export function recordHost(host) {
  const seenAt = Date.parse(host.last_seen ?? '');
  const isSilent = Number.isNaN(seenAt) || host.status === 'offline' || now() - seenAt > staleAfterMs();
  const values = new Map([
    [cpuKey(host.hostname), host.cpu_percent],
    ...(host.gpus ?? []).map(gpu => [gpuKey(host.hostname, gpu), gpu.utilization_percent]),
  ]);
  for (const key of keysByHost.get(host.hostname) ?? []) if (!values.has(key)) values.set(key, null);
  for (const [key, value] of values) addPoint(host.hostname, key, isSilent ? now() : seenAt, isSilent ? null : value ?? null);
}

/** @param recent the response of /api/recent. */
export function mergeRecent(recent) {
  const times = Array.isArray(recent?.times) ? recent.times : [];
  const mergeSeries = (host, key, values) => {
    const ownPoints = pointsFor(key);
    series.delete(key);
    const merged = [
      ...ownPoints.filter(p => p[0] < times[0]),
      ...times.map((t, i) => [t, values?.[i] ?? null]),
      ...ownPoints.filter(p => p[0] > (times.at(-1) ?? 0)),
    ];
    for (const [time, value] of merged) addPoint(host, key, time, value);
  };
  for (const host of recent?.hosts ?? []) {
    mergeSeries(host.hostname, cpuKey(host.hostname), host.cpu_percent);
    for (const gpu of host.gpus ?? []) mergeSeries(host.hostname, gpuKey(host.hostname, gpu), gpu.utilization_percent);
  }
}

export const pointsFor = key => series.get(key) ?? [];

export function forgetHost(host) {
  for (const key of keysByHost.get(host) ?? []) series.delete(key);
  keysByHost.delete(host);
}
