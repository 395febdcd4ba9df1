// The overview's areas of model servers, gateways and tunnels.
import { now } from '../core/clock.js';
import { age, isNumber, milliseconds, plural, shortDuration } from '../core/format.js';
import { hrefOf } from '../core/router.js';
import { isUnconfigured } from '../core/updates.js';

export const STATUS_RANK = { ok: 0, degraded: 1, error: 2 };

export const worstStatus = list =>
  list.filter(s => s in STATUS_RANK).reduce((a, b) => (STATUS_RANK[b] > STATUS_RANK[a] ? b : a), list.length ? 'ok' : undefined);

/** An area without anything configured. */
export const unconfigured = reason => ({ status: undefined, reason, lines: [] });

export const joinReasons = (list, max = 3) => list.slice(0, max).join('; ') + (list.length > max ? `; ${list.length - max} more` : '');

const failureText = t => [
  t.reason ?? t.status,
  t.consecutive_failures > 1 ? `${t.consecutive_failures} failures in a row` : null,
  t.last_healthy_at ? `last healthy ${age(t.last_healthy_at)} ago` : null,
].filter(Boolean).join(', ');

/** Worst status, failures and one line per target of a kind, worst first; null if the kind has no targets. */
function targetArea(overview, kind, okText, name = t => t.name) {
  const list = (overview?.targets ?? []).filter(t => t.kind === kind).sort((a, b) => STATUS_RANK[b.status] - STATUS_RANK[a.status]);
  if (!list.length) return null;
  const unhealthy = list.filter(t => t.status !== 'ok').map(t => (list.length > 1 ? `${t.name}: ${failureText(t)}` : failureText(t)));
  return {
    status: worstStatus(list.map(t => t.status)),
    reason: unhealthy.length ? joinReasons(unhealthy) : okText(list.length),
    isSingle: list.length === 1,
    more: hrefOf('targets', '', { show: kind }),
    lines: list.map(t => ({ key: t.name, status: t.status, href: hrefOf('targets', `${kind}/${t.name}`), what: name(t),
      figure: isNumber(t.latency_ms) ? milliseconds(t.latency_ms) : '' })),
  };
}

export function provider({ overview }) {
  const [part, heartbeat] = [overview?.provider, overview?.heartbeat];
  const area = targetArea(
    overview,
    'provider',
    n => (n > 1 ? `All ${n} healthy.` : 'Healthy.'),
    t => (t.name === part?.provider ? `${t.name} (${part.server})` : t.name),
  );
  if (!area) return unconfigured('No model server in fleet.yml.');
  if (!isUnconfigured(heartbeat))
    area.lines.push({
      key: ' heartbeat',
      status: heartbeat.status,
      what: `heartbeat ${heartbeat.model ?? ''} :${heartbeat.port}`,
      figure: heartbeat.service_status ?? '',
    });
  return area;
}

export function gateway({ overview }) {
  const part = overview?.gateway;
  const area = targetArea(
    overview,
    'gateway',
    n => `${n > 1 ? `All ${n} healthy` : 'Healthy'}${isNumber(part?.session_count) ? `, ${plural(part.session_count, 'session')}` : ''}.`,
  );
  if (!area) return unconfigured('No gateway in fleet.yml.');
  if (part?.discord)
    area.lines.push({
      key: ' discord',
      status: part.discord.ok ? 'ok' : 'error',
      what: `Discord ${part.discord.bot_name ?? ''}`,
      figure: milliseconds(part.discord.latency_ms),
    });
  const overviewAge = (now() - Date.parse(overview.timestamp)) / 1000; // age_seconds are as of the overview's timestamp
  area.lines.push(...(part?.sessions ?? []).map(s => ({ key: ` session ${s.session_key}`, what: s.session_key,
    figure: isNumber(s.age_seconds) ? shortDuration(s.age_seconds + Math.max(0, overviewAge)) : '' })));
  return area;
}

export function tunnel({ overview }) {
  const part = overview?.tunnel;
  const area = targetArea(overview, 'tunnel', n => (n > 1 ? `All ${n} reachable.` : 'Reachable.'));
  if (!area) return unconfigured('No tunnel in fleet.yml.');
  if (area.isSingle && part?.service_name)
    area.lines.push({
      key: ' unit',
      status: part.service_active === false ? 'error' : part.service_active ? 'ok' : undefined,
      what: `${part.service_name} is ${part.service_status ?? 'unknown'}`,
    });
  return area;
}
