// Costs and tokens of agents as text, their sums and budgets. A sum is unknown as soon as one part is.
import { ABSENT, isNumber } from './format.js';
import { sanitize } from './text.js';

/** Four decimals below a dollar, because a turn costs a fraction of a cent. */
export const usd = value => (!isNumber(value) ? ABSENT : `$${value.toFixed(value !== 0 && Math.abs(value) < 0.995 ? 4 : 2)}`);

export const exactUsd = value => (isNumber(value) ? `$${+value.toFixed(6)}` : null);

/** 950, 48.2 k, 1.25 M. */
export function count(value) {
  const [factor, unit] = value >= 999_500_000 ? [1e9, 'G'] : value >= 999_500 ? [1e6, 'M'] : value >= 10_000 ? [1e3, 'k'] : [1, ''];
  return !isNumber(value) ? ABSENT : unit ? `${+(value / factor).toPrecision(3)} ${unit}` : String(value);
}

export const exactCount = value => (isNumber(value) ? value.toLocaleString('en') : null);

/** Null if one of them is unknown, or if there are none. */
export const sum = values =>
  (values.length && values.every(isNumber) ? +values.reduce((total, value) => total + value, 0).toFixed(9) : null);

const REASONS = {
  waiting: 'not asked yet', unsupported: 'this gateway does not tell it', unknown_shape: 'the answer is not understood',
  stale: 'the answer is too old',
  refreshing: 'the gateway is still adding up', too_many_agents: 'more than 32 agents', too_many_sessions: 'more than 1000 sessions of an agent',
  not_reported: 'gateways report no month of it', unknown_agent: 'no such agent', unknown_cron: 'no such cron job',
  inconsistent: 'the sessions cost more than the total', missing: 'no transcript', cold: 'archived', truncated: 'more than 200 found',
};

/** Why a value is unknown, in words. */
export const reasonText = reason => sanitize(REASONS[reason] ?? String(reason ?? 'unknown').replaceAll('_', ' '), 200);

/** 3.20 of 10.00 dollars: fine, to look at, or spent. */
export const budgetTone = (spent, budget) =>
  (!isNumber(spent) || !isNumber(budget) ? '' : spent >= budget ? 'bad' : spent >= budget * 0.8 ? 'warn' : 'ok');

/** "$3.20 of $10.00 a day". */
export const budgetText = b => `${usd(b.spent_usd)} of ${usd(b.usd)} a ${sanitize(b.period, 10)}${b.reason ? ` (${reasonText(b.reason)})` : ''}`;
