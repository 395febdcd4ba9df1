// Model servers, gateways and tunnels on the overview: all that are configured, and why the sick ones are.
import { now } from '../core/clock.js';
import { age, count, known, milliseconds, span } from '../core/format.js';
import { isOff } from '../core/take.js';

export const RANK = { ok: 0, degraded: 1, error: 2 };

export const worst = list => list.filter(s => s in RANK).reduce((a, b) => (RANK[b] > RANK[a] ? b : a), list.length ? 'ok' : undefined);

/** An area of which nothing is configured. */
export const off = reason => ({ status: undefined, reason, lines: [] });

export const several = (list, most = 3) => list.slice(0, most).join('; ') + (list.length > most ? `; ${list.length - most} more` : '');

const why = t => [
  t.reason ?? t.status,
  t.consecutive_failures > 1 ? `${t.consecutive_failures} failures in a row` : null,
  t.last_healthy_at ? `last healthy ${age(t.last_healthy_at)} ago` : null,
].filter(Boolean).join(', ');

/** Of all targets of a kind the status, the reasons of the sick ones and a line each, worst first; null when there is none. */
function targets(overview, kind, well, name = t => t.name) {
  const list = (overview?.targets ?? []).filter(t => t.kind === kind).sort((a, b) => RANK[b.status] - RANK[a.status]);
  if (!list.length) return null;
  const sick = list.filter(t => t.status !== 'ok').map(t => (list.length > 1 ? `${t.name}: ${why(t)}` : why(t)));
  return { status: worst(list.map(t => t.status)), reason: sick.length ? several(sick) : well(list.length), only: list.length === 1,
    lines: list.map(t => ({ key: t.name, status: t.status, what: name(t), figure: known(t.latency_ms) ? milliseconds(t.latency_ms) : '' })) };
}

export function provider({ overview }) {
  const [p, beat] = [overview?.provider, overview?.heartbeat];
  const area = targets(
    overview,
    'provider',
    n => (n > 1 ? `All ${n} answer.` : 'It answers.'),
    t => (t.name === p?.provider ? `${t.name} (${p.server})` : t.name),
  );
  if (!area) return off('No model server in fleet.yml.');
  if (!isOff(beat))
    area.lines.push({
      key: ' heartbeat',
      status: beat.status,
      what: `heartbeat ${beat.model ?? ''} :${beat.port}`,
      figure: beat.service_status ?? '',
    });
  return area;
}

export function gateway({ overview }) {
  const g = overview?.gateway;
  const area = targets(
    overview,
    'gateway',
    n => `${n > 1 ? `All ${n} answer` : 'It answers'}${known(g?.session_count) ? `, ${count(g.session_count, 'session')}` : ''}.`,
  );
  if (!area) return off('No gateway in fleet.yml.');
  if (g?.discord)
    area.lines.push({
      key: ' discord',
      status: g.discord.ok ? 'ok' : 'error',
      what: `Discord ${g.discord.bot_name ?? ''}`,
      figure: milliseconds(g.discord.latency_ms),
    });
  const passed = (now() - Date.parse(overview.timestamp)) / 1000; // its ages are of that moment
  area.lines.push(...(g?.sessions ?? []).map(s => ({ key: ` session ${s.session_key}`, what: s.session_key,
    figure: known(s.age_seconds) ? span(s.age_seconds + Math.max(0, passed)) : '' })));
  return area;
}

export function tunnel({ overview }) {
  const t = overview?.tunnel;
  const area = targets(overview, 'tunnel', n => (n > 1 ? `All ${n} are reachable.` : 'It is reachable.'));
  if (!area) return off('No tunnel in fleet.yml.');
  if (area.only && t?.service_name)
    area.lines.push({
      key: ' unit',
      status: t.service_active === false ? 'error' : t.service_active ? 'ok' : undefined,
      what: `${t.service_name} is ${t.service_status ?? 'unknown'}`,
    });
  return area;
}
