// A line of the last minutes. Where nothing was reported the line has a gap, not a zero.
import { now } from '../core/clock.js';
import { setAttr, setText, svg } from '../core/dom.js';
import { WINDOW } from '../core/history.js';

const W = 100;
const H = 24;
const STEP = 5000; // how often a line moves on when nothing comes

const figure = value => String(Math.abs(value) < 100 ? +value.toPrecision(3) : Math.round(value));

/**
 * @param label what it shows, its unit and over which time.
 * @param {number|null} top the value at the upper edge, of the ten minutes until now;
 *   null for the highest one seen, from the first point to the last.
 */
export function spark(label, top = 100) {
  const [title, lines] = [svg('title'), svg('g')];
  const node = svg('svg', { class: 'spark', viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
  node.append(title, lines);
  let drawn = null;
  return { node, set(points) {
    const time = now();
    const last = points.at(-1);
    const mark = `${points.length} ${last} ${top === null ? '' : Math.floor(time / STEP)}`;
    if (mark === drawn) return;
    drawn = mark;
    const runs = split(points);
    const values = points.map(p => p[1]).filter(Number.isFinite);
    const high = top ?? Math.max(...values);
    const low = top === null ? Math.min(...values, high) : 0;
    const flat = high === low;
    const [from, to] = top !== null ? [time - WINDOW, Math.max(time, last?.[0] ?? 0)] : points.length ? [points[0][0], last[0]] : [0, 1];
    const x = t => ((t - from) / Math.max(1, to - from) * W).toFixed(1);
    const y = v => (H - 1 - (flat ? 0.5 : Math.min(1, Math.max(0, (v - low) / (high - low)))) * (H - 2)).toFixed(1);
    lines.replaceChildren(...runs.flatMap(run => {
      const path = run.map(([t, v]) => `${x(t)},${y(v)}`).join(' ');
      return [svg('polygon', { points: `${x(run[0][0])},${H} ${path} ${x(run[run.length - 1][0])},${H}` }), svg('polyline', { points: path })];
    }));
    const range = values.length
      ? `from ${figure(Math.min(...values))} to ${figure(Math.max(...values))}, now ${Number.isFinite(last[1]) ? figure(last[1]) : 'unknown'}`
      : 'no data yet';
    setAttr(node, 'aria-label', `${label}: ${range}`);
    setText(title, `${label}: ${range}`);
  } };
}

function split(points) {
  const runs = [[]];
  for (const point of points) {
    if (Number.isFinite(point[1])) runs[runs.length - 1].push(point);
    else if (runs[runs.length - 1].length) runs.push([]);
  }
  return runs.filter(r => r.length > 1);
}
