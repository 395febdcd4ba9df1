// Columns of tables about agents: amounts whose title is exact, times, texts and states.
import { count, exactCount, exactUsd, usd } from '../core/amounts.js';
import { ABSENT, timestamp, when } from '../core/format.js';
import { sanitize } from '../core/text.js';
import { pill } from '../core/ui.js';

/** @param get(row) the value; null is unknown, and why(row) says why. */
const amount = (format, exact) => (name, get, why = () => 'unknown') =>
  [name, row => format(get(row)), { number: true, title: row => exact(get(row)) ?? why(row) }];

export const usdColumn = amount(usd, exactUsd);

export const countColumn = amount(count, exactCount);

export const timeColumn = (name, get, tone) => [name, row => when(get(row)), { title: row => timestamp(get(row)), tone }];

export const textColumn = (name, get, options) => [name, row => sanitize(get(row) ?? ABSENT, 100).replaceAll('_', ' '), options];

/** @param get(row) tone and word. */
export const stateColumn = (name, testid, get) => [name, null, { part: () => {
  const state = pill(testid);
  return { node: state.node, update: row => state.set(...get(row)) };
} }];
