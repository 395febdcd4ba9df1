// A line of the last minutes; missing values are gaps, not zeros.
import { now } from '../core/clock.js';
import { setAttr, setText, svg } from '../core/dom.js';
import { WINDOW_MS } from '../core/history.js';

const WIDTH = 100;
const HEIGHT = 24;
const REDRAW_INTERVAL_MS = 5000; // the line keeps scrolling between values

const formatValue = value => String(Math.abs(value) < 100 ? +value.toPrecision(3) : Math.round(value));

/**
 * @param label quantity, unit and time range.
 * @param {number|null} max upper edge, for a line of the last ten minutes; null fits the line to all points.
 */
export function sparkline(label, max = 100) {
  const [title, lines] = [svg('title'), svg('g')];
  const node = svg('svg', { class: 'spark', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
  node.append(title, lines);
  let drawnKey = null;
  return { node, set(points) {
    const time = now();
    const last = points.at(-1);
    const drawKey = `${points.length} ${last} ${max === null ? '' : Math.floor(time / REDRAW_INTERVAL_MS)}`;
    if (drawKey === drawnKey) return;
    drawnKey = drawKey;
    const runs = splitAtGaps(points);
    const values = points.map(p => p[1]).filter(Number.isFinite);
    const upper = max ?? Math.max(...values);
    const lower = max === null ? Math.min(...values, upper) : 0;
    const isFlat = upper === lower;
    const [start, end] = max !== null ? [time - WINDOW_MS, Math.max(time, last?.[0] ?? 0)] : points.length ? [points[0][0], last[0]] : [0, 1];
    const x = t => ((t - start) / Math.max(1, end - start) * WIDTH).toFixed(1);
    const y = v => (HEIGHT - 1 - (isFlat ? 0.5 : Math.min(1, Math.max(0, (v - lower) / (upper - lower)))) * (HEIGHT - 2)).toFixed(1);
    lines.replaceChildren(...runs.flatMap(run => {
      const path = run.map(([t, v]) => `${x(t)},${y(v)}`).join(' ');
      const area = `${x(run[0][0])},${HEIGHT} ${path} ${x(run[run.length - 1][0])},${HEIGHT}`;
      return [svg('polygon', { points: area }), svg('polyline', { points: path })];
    }));
    const current = Number.isFinite(last?.[1]) ? formatValue(last[1]) : 'unknown';
    const rangeText = values.length
      ? `from ${formatValue(Math.min(...values))} to ${formatValue(Math.max(...values))}, now ${current}`
      : 'no data yet';
    setAttr(node, 'aria-label', `${label}: ${rangeText}`);
    setText(title, `${label}: ${rangeText}`);
  } };
}

function splitAtGaps(points) {
  const runs = [[]];
  for (const point of points) {
    if (Number.isFinite(point[1])) runs[runs.length - 1].push(point);
    else if (runs[runs.length - 1].length) runs.push([]);
  }
  return runs.filter(r => r.length > 1);
}
