// Axes of charts: round steps for values and times, and values as text by their unit.
import { ABSENT, celsius, isNumber, mebibytes, milliseconds, number, percent, shortDuration, watts } from './format.js';

const TIME_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 10080, 20160, 43200].map(minutes => minutes * 60_000);
const DAY_MS = 86_400_000;

/** Bytes per second with a binary unit. */
export function bytesPerSecond(value) {
  if (!isNumber(value)) return ABSENT;
  let [amount, unit] = [value, 0];
  while (amount >= 1000 && unit < 4) [amount, unit] = [amount / 1024, unit + 1];
  return `${amount.toFixed(amount < 10 && unit > 0 ? 1 : 0)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}/s`;
}

const FORMATS = {
  percent,
  mb: mebibytes,
  celsius,
  watts,
  milliseconds,
  bytes_per_second: bytesPerSecond,
  seconds: value => (!isNumber(value) ? ABSENT : value < 0 ? 'over' : value >= 120 ? shortDuration(value) : milliseconds(value * 1000)),
  per_second: value => (isNumber(value) ? `${number(value, value < 10 ? 1 : 0)}/s` : ABSENT),
  usd: value => (isNumber(value) ? `$${value.toFixed(2)}` : ABSENT),
  mhz: value => (isNumber(value) ? `${number(value)} MHz` : ABSENT),
  state: value => (isNumber(value) ? (value >= 1 ? 'up' : value > 0 ? 'partly up' : 'down') : ABSENT),
  flag: value => (isNumber(value) ? (value >= 1 ? 'yes' : value > 0 ? 'at times' : 'no') : ABSENT),
  count: value => (isNumber(value) ? number(value, Number.isInteger(value) ? 0 : 2) : ABSENT),
};

export const formatValue = (value, unit) => (FORMATS[unit] ?? FORMATS.count)(value);

/** Lower and upper edge and the ticks of a value axis. Percent reach to 100; only temperatures do not start at 0. */
export function valueAxis(low, high, unit) {
  if (unit === 'percent' && high <= 100) return { low: 0, high: 100, ticks: [0, 25, 50, 75, 100] };
  if (unit === 'state' || unit === 'flag') return { low: 0, high: 1, ticks: [0, 1] };
  const base = unit === 'celsius' ? low : Math.min(0, low);
  const span = Math.max(high - base, Math.abs(high) * 0.05) || 1;
  const rough = span / 4;
  const power = unit === 'mb' ? 2 ** Math.floor(Math.log2(rough)) : 10 ** Math.floor(Math.log10(rough));
  const step = unit === 'mb' ? power * (rough / power > 1.5 ? 2 : 1) : power * ([1, 2, 5].find(factor => rough / power <= factor) ?? 10);
  const first = Math.floor(base / step) * step;
  const count = Math.max(1, Math.ceil((base + span - first) / step));
  return { low: first, high: first + count * step, ticks: Array.from({ length: count + 1 }, (_, i) => first + i * step) };
}

/** Times of a time axis, at most `max`, at round times of the browser's time zone. */
export function timeTicks(from, to, max) {
  const step = TIME_STEPS_MS.find(ms => (to - from) / ms <= max) ?? TIME_STEPS_MS.at(-1);
  const offsetAt = time => new Date(time).getTimezoneOffset() * 60_000;
  const offset = offsetAt(from);
  const ticks = [];
  for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step) {
    const tick = time + offsetAt(time) - offset; // after a change to or from daylight saving time
    if (tick >= from && tick <= to) ticks.push(tick);
  }
  return { step, ticks };
}

const pad2 = n => String(n).padStart(2, '0');

/** A time on an axis whose ticks are that far apart. */
export function tickText(time, step) {
  const date = new Date(time);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  return step >= DAY_MS || isMidnight
    ? date.toLocaleDateString('en', { month: 'short', day: 'numeric' })
    : `${pad2(date.getHours())}:${pad2(date.getMinutes())}`;
}
