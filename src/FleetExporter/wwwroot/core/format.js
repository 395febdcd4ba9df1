// Numbers and times as text. An absent value is '–', never 0.
import { now } from './clock.js';

export const ABSENT = '–';

export const isNumber = value => typeof value === 'number' && Number.isFinite(value);

export const number = (value, digits = 0) => (isNumber(value) ? value.toFixed(digits) : ABSENT);

export const percent = value => (isNumber(value) ? `${value.toFixed(value > 0 && value < 9.95 ? 1 : 0)} %` : ABSENT);

/** MiB as GiB from 1 GiB on. */
export const mebibytes = value =>
  !isNumber(value) ? ABSENT : value < 1024 ? `${value.toFixed(0)} MiB` : `${(value / 1024).toFixed(value < 102400 ? 1 : 0)} GiB`;

export const watts = value => (isNumber(value) ? `${value.toFixed(0)} W` : ABSENT);

export const celsius = value => (isNumber(value) ? `${value.toFixed(0)} °C` : ABSENT);

/** 42s, 5m, 3h, 2d. */
export function shortDuration(seconds) {
  if (!isNumber(seconds)) return ABSENT;
  const s = Math.max(0, seconds);
  return s < 60 ? `${Math.floor(s)}s` : s < 3600 ? `${Math.floor(s / 60)}m` : s < 86400 ? `${Math.floor(s / 3600)}h` : `${Math.floor(s / 86400)}d`;
}

/** Time since a timestamp of the service's clock. */
export const age = time => (time ? shortDuration((now() - Date.parse(time)) / 1000) : ABSENT);

export const milliseconds = value =>
  !isNumber(value) ? ABSENT : value < 1000 ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : `${(value / 1000).toFixed(1)} s`;

/** Seconds as '340 ms' or '4.1 s', or as 5m from two minutes on. */
export const lasting = seconds =>
  (!isNumber(seconds) ? ABSENT : seconds >= 120 ? shortDuration(seconds) : milliseconds(seconds * 1000));

/** 'in 5m' or '3h ago'. */
export function when(time) {
  const ahead = (Date.parse(time ?? '') - now()) / 1000;
  return Number.isNaN(ahead) ? ABSENT : ahead > 0 ? `in ${shortDuration(ahead)}` : `${shortDuration(-ahead)} ago`;
}

const pad2 = n => String(n).padStart(2, '0');

/** 14:03:22 in the browser's time zone; with the date unless it is today. */
export function timestamp(time) {
  const date = new Date(time);
  if (!time || Number.isNaN(date.getTime())) return ABSENT;
  const clock = `${pad2(date.getHours())}:${pad2(date.getMinutes())}:${pad2(date.getSeconds())}`;
  return date.toDateString() === new Date().toDateString()
    ? clock
    : `${date.getFullYear()}-${pad2(date.getMonth() + 1)}-${pad2(date.getDate())} ${clock}`;
}

/** '1 host', '3 hosts'. */
export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** '90s', '5m', '1h30m' or '7d' from the configuration, in seconds. */
export function parseDuration(text) {
  let seconds = 0;
  for (const [, value, unit] of String(text ?? '').matchAll(/([\d.]+)(ms|s|m|h|d|w)/g)) {
    seconds += Number(value) * { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800 }[unit];
  }
  return seconds;
}
