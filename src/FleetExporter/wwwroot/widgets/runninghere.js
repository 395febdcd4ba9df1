// The services, servers and tunnels of a host, and its training jobs.
import { get } from '../core/api.js';
import { now } from '../core/clock.js';
import { h, keyed, setText } from '../core/dom.js';
import { isNumber, milliseconds } from '../core/format.js';
import { hrefOf } from '../core/router.js';
import { sanitize } from '../core/text.js';
import { tone } from '../core/ui.js';

const RELOAD_MS = 15_000;

export function runningHere(hostname) {
  const node = h('ul', { class: 'lines', 'data-testid': 'host-targets' });
  let lines = [];
  let parts = [[], []];
  let loadedAt = -Infinity;

  async function targetLines() {
    const { items } = await get(`/api/targets?host=${encodeURIComponent(hostname)}&limit=100`, { quiet: true });
    return items.map(t => ({ key: `${t.kind}/${t.name}`, status: t.state, href: hrefOf('targets', `${t.kind}/${t.name}`), what: `${t.kind} ${t.name}`,
      figure: t.state === 'ok' ? (isNumber(t.latency_ms) ? milliseconds(t.latency_ms) : '') : (t.reason ?? t.state ?? '') }));
  }

  async function jobLines() {
    const [projects, jobs] = await Promise.all([
      get(`/api/dgx/projects?connection_id=${encodeURIComponent(hostname)}`, { quiet: true }),
      get('/api/dgx/jobs?status=running', { quiet: true }),
    ]);
    const own = new Set(projects.items.map(p => p.id));
    return jobs.items.filter(job => own.has(job.project_id))
      .map(job => ({ key: `job ${job.id}`, status: 'ok', href: hrefOf('jobs', job.id), what: `job ${job.name}`, figure: 'running' }));
  }

  return { node, async update(host) {
    if (!host.pushes && !document.hidden && now() - loadedAt >= RELOAD_MS) {
      loadedAt = now();
      const answers = await Promise.allSettled([targetLines(), jobLines()]);
      parts = answers.map((answer, i) => answer.value ?? parts[i]); // what fails keeps its lines
      lines = parts.flat();
      keyed(node, lines, l => l.key, lineOf);
    }
    return lines.length === 0;
  } };
}

function lineOf(first) {
  const [what, figure] = [h('a', { href: first.href }), h('span', { class: 'end' })];
  const node = h('li', {}, what, figure);
  return { node, update(l) {
    node.className = tone(l.status);
    setText(what, sanitize(l.what, 120));
    setText(figure, sanitize(l.figure, 80));
  } };
}
