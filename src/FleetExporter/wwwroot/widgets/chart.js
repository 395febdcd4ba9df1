// A chart of series over time: mean as a line, minimum to maximum as a band, gaps as gaps, and marks for events. Pointer and arrow keys read
// values; dragging, or the buttons of historyChart, select a period.
import { h, keyed, setAttr, setText, svg } from '../core/dom.js';
import { isNumber, timestamp } from '../core/format.js';
import { formatValue, tickText, timeTicks, valueAxis } from '../core/scale.js';
import { sanitize } from '../core/text.js';

const HEIGHT = 220;
const [LEFT, RIGHT, TOP, BOTTOM] = [62, 8, 8, 24];
const COLOURS = 4; // then the same colours, dashed
const MAX_BANDS = 4; // more bands hide each other

/** @param onSelect called with the first and last time of a period that was selected by dragging. */
export function chart(label, onSelect) {
  const [grid, bands, lines, marks, selection, cursorLine] =
    ['grid', 'bands', 'lines', 'marks', 'selection', 'cursor'].map(name => svg('g', { class: name }));
  const picture = svg('svg', { class: 'plot', height: HEIGHT, role: 'img', 'aria-label': label });
  picture.append(grid, bands, lines, marks, selection, cursorLine);
  const legend = h('ul', { class: 'legend', tabindex: 0, 'aria-label': 'Series' });
  const readout = h('p', { class: 'soft small readout' });
  const hint = 'Left and right read values, Home and End go to the edges.';
  const node = h('div', { class: 'chart-box', tabindex: 0, role: 'group', 'aria-label': `${label}. ${hint}` }, picture, readout, legend);
  let data = null;
  let cursor = null; // position in data.times
  let cursorTime = null; // the last one, also after the pointer has left
  let pressedAt = null;
  let width = 0;

  const plotWidth = () => Math.max(50, width - LEFT - RIGHT);
  const x = time => LEFT + (time - data.from) / Math.max(1, data.to - data.from) * plotWidth();
  const y = value => TOP + (1 - (value - data.axis.low) / (data.axis.high - data.axis.low)) * (HEIGHT - TOP - BOTTOM);

  function draw() {
    if (!data || width === 0) return;
    setAttr(picture, 'width', width);
    setAttr(picture, 'viewBox', `0 0 ${width} ${HEIGHT}`);
    drawGrid();
    bands.replaceChildren(...(data.series.length > MAX_BANDS ? [] : data.series.flatMap(bandOf)));
    lines.replaceChildren(...data.series.flatMap(lineOf));
    marks.replaceChildren(...data.events.map(markOf));
    drawLegend();
    drawCursor();
  }

  function drawGrid() {
    const time = timeTicks(data.from, data.to, Math.max(2, Math.floor(plotWidth() / 80)));
    grid.replaceChildren(
      ...data.axis.ticks.flatMap(value => [
        svg('line', { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
        svg('text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, formatValue(value, data.unit)),
      ]),
      ...time.ticks.map(t => svg('text', { x: x(t), y: HEIGHT - 7, 'text-anchor': 'middle' }, tickText(t, time.step))),
    );
  }

  const classOf = i => `s${i % COLOURS}${Math.floor(i / COLOURS) % 2 ? ' dashed' : ''}`;

  function lineOf(series, i) {
    return runsOf(series.avg).map(run => {
      const points = run.map(at => `${x(data.times[at]).toFixed(1)},${y(series.avg[at]).toFixed(1)}`);
      if (points.length === 1) return svg('circle', { class: classOf(i), cx: points[0].split(',')[0], cy: points[0].split(',')[1], r: 2 });
      return svg('polyline', { class: classOf(i), points: points.join(' ') });
    });
  }

  function bandOf(series, i) {
    return runsOf(series.avg).filter(run => run.length > 1).map(run => {
      const upper = run.map(at => `${x(data.times[at]).toFixed(1)},${y(series.max[at] ?? series.avg[at]).toFixed(1)}`);
      const lower = run.map(at => `${x(data.times[at]).toFixed(1)},${y(series.min[at] ?? series.avg[at]).toFixed(1)}`).reverse();
      return svg('polygon', { class: classOf(i), points: [...upper, ...lower].join(' ') });
    });
  }

  function markOf(event) {
    const [at, bottom] = [x(event.time), HEIGHT - BOTTOM];
    const mark = svg('path', { class: event.tone, d: `M${at},${bottom - 9}l5,9h-10z M${at},${TOP}V${bottom - 9}` });
    mark.append(svg('title', {}, `${timestamp(event.time)} ${event.text}`));
    return mark;
  }

  function drawLegend() {
    const at = cursor ?? lastKnown();
    const items = data.series.map((series, i) => ({ series, i, at }));
    keyed(legend, items, ({ series, i }) => `${i} ${series.name}`, ({ series, i }) => {
      const value = h('span', { class: 'mono' });
      const line = svg('line', { class: classOf(i), x1: 0, x2: 18, y1: 4, y2: 4 });
      const swatch = svg('svg', { class: 'swatch', width: 18, height: 8, 'aria-hidden': 'true' }, line);
      const item = h('li', { 'data-testid': 'chart-series' }, swatch, h('bdi', {}, sanitize(series.name, 80)), value);
      return { node: item, update: next => setText(value, valueText(next.series, next.at)) };
    });
  }

  function valueText(series, at) {
    const [avg, min, max] = [series.avg[at], series.min[at], series.max[at]];
    const range = isNumber(min) && isNumber(max) && max - min > (data.axis.high - data.axis.low) / 500
      ? ` (${formatValue(min, data.unit)} to ${formatValue(max, data.unit)})` : '';
    return formatValue(avg, data.unit) + range;
  }

  const lastKnown = () => data.times.findLastIndex((_, at) => data.series.some(series => isNumber(series.avg[at])));

  function drawCursor() {
    const time = cursor === null ? null : data.times[cursor];
    cursorLine.replaceChildren(...(time === null ? [] : [svg('line', { x1: x(time), x2: x(time), y1: TOP, y2: HEIGHT - BOTTOM })]));
    const half = step() / 2;
    const near = time === null ? [] : data.events.filter(event => Math.abs(event.time - time) <= Math.max(half, (data.to - data.from) / 150));
    const values = time !== null && data.series.length === 1 ? [valueText(data.series[0], cursor)] : [];
    setText(readout, time === null
      ? `${timestamp(data.from)} to ${timestamp(data.to)}`
      : [timestamp(time), ...values, ...near.slice(0, 3).map(e => e.text)].join(' · '));
  }

  function moveTo(position) {
    cursor = position === null ? null : Math.min(data.times.length - 1, Math.max(0, position));
    if (cursor !== null) cursorTime = data.times[cursor];
    setAttr(readout, 'aria-live', document.activeElement === node ? 'polite' : null); // reloads are not announced
    drawCursor();
    drawLegend();
  }

  const step = () => data.times[1] - data.times[0] || 1;

  const timeAt = event => {
    const at = (event.clientX - picture.getBoundingClientRect().left - LEFT) / plotWidth();
    return data.from + Math.min(1, Math.max(0, at)) * (data.to - data.from);
  };

  const positionOf = time => Math.round((time - data.times[0]) / step());

  picture.addEventListener('pointermove', event => {
    if (!data?.times.length) return;
    moveTo(positionOf(timeAt(event)));
    if (pressedAt === null) return;
    const [a, b] = [x(pressedAt), x(timeAt(event))];
    selection.replaceChildren(svg('rect', { x: Math.min(a, b), y: TOP, width: Math.abs(b - a), height: HEIGHT - TOP - BOTTOM }));
  });
  picture.addEventListener('pointerleave', () => { if (data?.times.length && pressedAt === null) moveTo(null); });
  picture.addEventListener('pointerdown', event => {
    if (!data?.times.length || event.button !== 0 || event.pointerType === 'touch') return; // a finger scrolls
    pressedAt = timeAt(event);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener('pointerup', event => {
    if (pressedAt === null) return;
    const [from, to] = [pressedAt, timeAt(event)].sort((a, b) => a - b);
    pressedAt = null;
    selection.replaceChildren();
    if (x(to) - x(from) > 12) onSelect?.(from, to);
  });
  picture.addEventListener('pointercancel', () => {
    pressedAt = null;
    selection.replaceChildren();
  });
  node.addEventListener('keydown', event => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.target !== node || by === undefined || !data?.times.length) return;
    event.preventDefault();
    moveTo(Number.isFinite(by) ? (cursor ?? lastKnown()) + by : by > 0 ? data.times.length - 1 : 0);
  });
  node.addEventListener('blur', () => { if (data?.times.length) moveTo(null); });
  new ResizeObserver(entries => {
    const next = Math.floor(entries[0].contentRect.width);
    if (next === width) return;
    width = next;
    draw();
  }).observe(node);

  /** The time that was last pointed at; null where it is not shown any more. */
  const lastCursorTime = () => (cursorTime !== null && cursorTime >= data?.from && cursorTime <= data?.to ? cursorTime : null);

  return { node, cursorTime: lastCursorTime, set(next) {
    let [low, high] = [Infinity, -Infinity];
    for (const list of next.series.flatMap(s => [s.avg, s.min, s.max])) {
      for (const value of list) if (isNumber(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
    data = { events: [], ...next, axis: low <= high ? valueAxis(low, high, next.unit) : valueAxis(0, 1, next.unit) };
    cursor = cursor !== null && lastCursorTime() !== null && data.times.length ? Math.min(data.times.length - 1, positionOf(cursorTime)) : null;
    draw();
  } };
}

/** Positions of values without a gap between them. */
function runsOf(values) {
  const runs = [[]];
  values.forEach((value, at) => {
    if (isNumber(value)) runs.at(-1).push(at);
    else if (runs.at(-1).length) runs.push([]);
  });
  return runs.filter(run => run.length);
}
