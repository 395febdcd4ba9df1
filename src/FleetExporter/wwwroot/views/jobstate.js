// Metrics of jobs since the web page was opened, and the progress and duration of a job.
import { now } from '../core/clock.js';
import { shortDuration } from '../core/format.js';

const MAX_POINTS = 300;
const series = new Map();

/** Adds a job's current metrics to the charts. */
export function recordMetrics(job) {
  const time = Date.parse(job.metrics_at ?? '') || Date.now();
  for (const [name, value] of Object.entries(job.metrics ?? {})) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const key = `${job.id} ${name}`;
    let points = series.get(key);
    if (!points) series.set(key, points = []);
    if (points.length && points[points.length - 1][0] >= time) continue;
    points.push([time, value]);
    if (points.length > MAX_POINTS) points.shift();
  }
}

export const metricPoints = (job, name) => series.get(`${job.id} ${name}`) ?? [];

/** How long a job ran or has been running; null in its first second. */
export function jobDuration(job) {
  const seconds = ((job.completed_at ? Date.parse(job.completed_at) : now()) - Date.parse(job.started_at ?? '')) / 1000;
  return seconds >= 1 || (job.completed_at && job.started_at) ? shortDuration(seconds) : null;
}

const COUNTERS_AND_TOTALS = [
  ['step', ['total_steps', 'max_steps', 'steps']],
  ['global_step', ['total_steps', 'max_steps']],
  ['epoch', ['total_epochs', 'max_epochs', 'num_epochs', 'epochs']],
  ['iteration', ['total_iterations', 'max_iterations']],
];

/** @returns {{percent: number, text: string}|null} progress by the job's metrics and config; null if they do not have it. */
export function jobProgress(job) {
  const metrics = job.metrics ?? {};
  const find = name => [metrics[name], job.config?.[name]].find(v => typeof v === 'number' && Number.isFinite(v));
  for (const [counter, totals] of COUNTERS_AND_TOTALS) {
    const total = totals.map(find).find(v => v > 0);
    if (typeof metrics[counter] === 'number' && total)
      return { percent: (metrics[counter] / total) * 100, text: `${counter} ${+metrics[counter].toFixed(2)} / ${total}` };
  }
  for (const name of ['progress', 'progress_pct', 'progress_percent']) {
    const value = metrics[name];
    if (typeof value === 'number') {
      const percent = name === 'progress' && value <= 1 ? value * 100 : value;
      return { percent, text: `${percent.toFixed(0)} %` };
    }
  }
  return job.status === 'completed' ? { percent: 100, text: 'done' } : null;
}
