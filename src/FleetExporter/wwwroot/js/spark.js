// A line of the last minutes. Where nothing was reported the line has a gap, not a zero.
import { setAttr, svg } from './dom.js';

const W = 100;
const H = 24;

/** @param {number|null} top the value at the upper edge; null for the highest one seen. */
export function spark(label, top = 100) {
  const lines = svg('g');
  const node = svg('svg', { class: 'spark', viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
  node.append(lines);
  let drawn = null;
  return { node, set(points) {
    const mark = points.length ? `${points.length} ${points[points.length - 1][0]} ${points[points.length - 1][1]}` : '';
    if (mark === drawn) return;
    drawn = mark;
    const runs = split(points);
    const values = points.map(p => p[1]).filter(Number.isFinite);
    const high = top ?? Math.max(...values);
    const low = top === null ? Math.min(...values, high) : 0;
    const flat = high === low;
    const [from, to] = points.length ? [points[0][0], points[points.length - 1][0]] : [0, 1];
    const x = t => ((t - from) / Math.max(1, to - from) * W).toFixed(1);
    const y = v => (H - 1 - (flat ? 0.5 : Math.min(1, Math.max(0, (v - low) / (high - low)))) * (H - 2)).toFixed(1);
    lines.replaceChildren(...runs.flatMap(run => {
      const path = run.map(([t, v]) => `${x(t)},${y(v)}`).join(' ');
      return [svg('polygon', { points: `${x(run[0][0])},${H} ${path} ${x(run[run.length - 1][0])},${H}` }), svg('polyline', { points: path })];
    }));
    const last = values[values.length - 1];
    setAttr(node, 'aria-label', last === undefined ? `${label}: nothing yet` : `${label}: from ${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}, now ${last.toFixed(0)}`);
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
