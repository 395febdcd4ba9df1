// Jobs' numbers over time, as this page has seen them, their progress and duration.
import { now } from '../core/clock.js';
import { span } from '../core/format.js';

const MOST = 300;
const series = new Map();

/** Remembers a job's numbers of now. */
export function take(job) {
  const time = Date.parse(job.metrics_at ?? '') || Date.now();
  for (const [name, value] of Object.entries(job.metrics ?? {})) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const key = `${job.id} ${name}`;
    let points = series.get(key);
    if (!points) series.set(key, points = []);
    if (points.length && points[points.length - 1][0] >= time) continue;
    points.push([time, value]);
    if (points.length > MOST) points.shift();
  }
}

export const pointsOf = (job, name) => series.get(`${job.id} ${name}`) ?? [];

/** How long it ran, or runs; null before its first second is over. */
export function durationOf(job) {
  const seconds = ((job.completed_at ? Date.parse(job.completed_at) : now()) - Date.parse(job.started_at ?? '')) / 1000;
  return seconds >= 1 || (job.completed_at && job.started_at) ? span(seconds) : null;
}

const PAIRS = [
  ['step', ['total_steps', 'max_steps', 'steps']],
  ['global_step', ['total_steps', 'max_steps']],
  ['epoch', ['total_epochs', 'max_epochs', 'num_epochs', 'epochs']],
  ['iteration', ['total_iterations', 'max_iterations']],
];

/** @returns {{share: number, text: string}|null} percent done, where numbers or the job's config tell. */
export function progressOf(job) {
  const metrics = job.metrics ?? {};
  const find = name => [metrics[name], job.config?.[name]].find(v => typeof v === 'number' && Number.isFinite(v));
  for (const [done, totals] of PAIRS) {
    const total = totals.map(find).find(v => v > 0);
    if (typeof metrics[done] === 'number' && total)
      return { share: (metrics[done] / total) * 100, text: `${done} ${+metrics[done].toFixed(2)} / ${total}` };
  }
  for (const name of ['progress', 'progress_pct', 'progress_percent']) {
    const value = metrics[name];
    if (typeof value === 'number') {
      const share = name === 'progress' && value <= 1 ? value * 100 : value;
      return { share, text: `${share.toFixed(0)} %` };
    }
  }
  return job.status === 'completed' ? { share: 100, text: 'done' } : null;
}
