// All of one host: what is wrong with it, its history, vitals, GPUs, disks, network, units, sessions, what runs on it, and what happened.
import { activeAlerts } from '../core/alertlist.js';
import { get } from '../core/api.js';
import { now } from '../core/clock.js';
import { fill, h, keyed, setClass, setText } from '../core/dom.js';
import { age, isNumber, plural } from '../core/format.js';
import { hrefOf, viewSettings } from '../core/router.js';
import { hasScope, staleAfterMs, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { pill, setTone } from '../core/ui.js';
import { alertLine } from '../widgets/alertline.js';
import { eventItem } from '../widgets/eventlist.js';
import { gpuRelease } from '../widgets/gpurelease.js';
import { historyChart } from '../widgets/historychart.js';
import { hostActions } from '../widgets/hostactions.js';
import { hostFacts } from '../widgets/hostfacts.js';
import { hostGpus } from '../widgets/hostgpus.js';
import { filesystems, network, temperatures, units } from '../widgets/hosttables.js';
import { topProcesses } from '../widgets/processes.js';
import { runningHere } from '../widgets/runninghere.js';
import { sessionItem } from '../widgets/tmuxsession.js';
import { vitals } from '../widgets/vitals.js';

const DETAIL_INTERVAL_MS = 10_000;
const EVENTS_INTERVAL_MS = 30_000;
const MANY_GPUS = 3; // from here they take the whole width
const HOST_VALUES = {
  cpu: 'CPU', memory: 'Memory', load: 'Load', pressure: 'Pressure', disk: 'Disk', swap: 'Swap', network_receive: 'Network in',
  network_transmit: 'Network out', temperature: 'Temperatures', up: 'Reachable',
};
const GPUS_VALUES = { gpu_utilization: 'GPU use', gpu_memory: 'GPU memory', gpu_temperature: 'GPU temperature', gpu_power: 'GPU power' };
const GPU_VALUES = {
  utilization: 'Use', memory: 'Memory', temperature: 'Temperature', power: 'Power', memory_temperature: 'Memory temperature', clock: 'Clocks',
  throttle: 'Clocks lowered by', fan: 'Fan', memory_utilization: 'Memory traffic', sm_active: 'SM active', tensor_active: 'Tensor active',
  dram_active: 'DRAM active', pcie: 'PCIe', nvlink: 'NVLink',
};

const settings = viewSettings({ of: '', value: '', range: '1h', period: '' });

/** @param params settings of the address: of what the history is, its value and its period. */
export function hostPage(hostname, params) {
  settings.read(params);
  const encoded = encodeURIComponent(hostname);
  const seen = h('span', { class: 'soft small', 'data-testid': 'host-seen' });
  const reason = h('p', { class: 'reason break', 'data-testid': 'host-reason' });
  const status = pill('host-status');
  const tags = h('p', { class: 'soft small tags' });
  const problems = h('ul', { class: 'lines problems', 'data-testid': 'host-problems' });
  const alerts = h('ul', { class: 'plain-list', 'data-testid': 'host-alerts' });
  const parts = {
    vitals: vitals(hostname), filesystems: filesystems(), network: network(), temperatures: temperatures(), units: units(hostname),
    release: gpuRelease(hostname, true), processes: topProcesses(hostname), running: runningHere(hostname), facts: hostFacts(),
    actions: hostActions(hostname), gpus: hostGpus(hostname, showGpuHistory),
    sessions: h('ul', { class: 'sessions-mini', 'data-testid': 'host-sessions' }), events: h('ul', { class: 'log', 'data-testid': 'host-events' }),
  };
  const history = historyChart(subjectsOf(state.hosts.get(hostname)), {
    ...settings.settings, subject: settings.settings.of || `host:${hostname}`,
  }, `/api/events?host=${encoded}&kind=host,gpu,alert,job,target`, chosen => {
    settings.set('of', chosen.subject === `host:${hostname}` ? '' : chosen.subject);
    settings.set('value', chosen.value);
    settings.set('range', chosen.range);
    settings.set('period', chosen.period);
  });
  const sections = {
    gpus: card('GPUs', 'host-gpus', parts.gpus.node, parts.release.node),
    vitals: card('CPU and memory', 'host-vitals', parts.vitals.node),
    units: card('Units', 'host-units', parts.units.node),
    sessions: card('tmux sessions', 'host-tmux', parts.sessions),
    running: card('Runs here', 'host-running', parts.running.node),
    disks: card('Filesystems', 'host-disks', parts.filesystems.node),
    network: card('Network', 'host-network', parts.network.node),
    temperatures: card('Temperatures', 'host-temperatures', parts.temperatures.node),
    processes: card('Processes', 'host-top', parts.processes.node),
    events: card('Events', 'host-log', parts.events, h('a', { class: 'small', href: hrefOf('events', '', { host: hostname }) }, 'All of its events')),
    facts: card('Connection', 'host-connection', parts.facts.node),
  };
  const head = h(
    'article',
    { class: 'card tone host stack', 'data-testid': 'host-head' },
    h('div', { class: 'row' }, h('h2', {}, remoteText(hostname, 80)), status.node, h('span', { class: 'end' }, seen)),
    tags, reason, problems, alerts, parts.actions.node,
  );
  const body = h('div', { class: 'host-columns' }, Object.values(sections));
  const node = h(
    'article',
    { class: 'stack host-page', 'data-testid': 'host', 'data-host': hostname, 'aria-label': sanitize(hostname, 80) },
    head, history.node, body,
  );
  let detail = null;
  let detailAt = -Infinity;
  let eventsAt = -Infinity;

  function subjectsOf(host) {
    const gpus = (host?.gpus ?? []).filter(gpu => isNumber(gpu.index));
    const values = { ...(gpus.length ? GPUS_VALUES : {}), ...HOST_VALUES };
    const indexes = new Set(gpus.map(gpu => String(gpu.index)));
    // A link to a GPU works while its host does not list it.
    if (settings.settings.of.startsWith(`gpu:${hostname}/`)) indexes.add(settings.settings.of.slice(`gpu:${hostname}/`.length));
    return [{ id: `host:${hostname}`, name: 'Host', values: host?.pushes ? GPUS_VALUES : values },
      ...[...indexes].map(index => ({ id: `gpu:${hostname}/${index}`, name: `GPU ${index}`, values: GPU_VALUES }))];
  }

  async function load() {
    if (document.hidden) return;
    if (now() - detailAt >= DETAIL_INTERVAL_MS) {
      detailAt = now();
      get(`/api/hosts/${encoded}/detail`, { quiet: true }).then(answer => {
        detail = answer;
        const host = state.hosts.get(hostname);
        if (host) showDetail(host);
      }, () => {}); // the header says that the service does not answer
    }
    if (now() - eventsAt >= EVENTS_INTERVAL_MS) {
      eventsAt = now();
      get(`/api/events?host=${encoded}&limit=12`, { quiet: true }).then(
        answer => { sections.events.hidden = !answer.items.length; keyed(parts.events, answer.items, e => e.id, eventItem); },
        () => { sections.events.hidden = true; },
      );
    }
    history.update();
  }

  function showDetail(host) {
    parts.vitals.update(host, detail);
    if (!detail) return;
    const failing = detail.collectors.filter(c => c.reason);
    keyed(problems, detail.connection.connected || host.pushes ? failing : [], c => c.name, problemLine);
    parts.filesystems.set(detail.filesystems);
    parts.network.set(detail);
    parts.temperatures.set(detail.temperatures);
    parts.units.set(detail.units);
    for (const [name, list] of [['disks', 'filesystems'], ['network', 'network'], ['temperatures', 'temperatures'], ['units', 'units']])
      sections[name].hidden = detail[list].length === 0;
    parts.facts.update(host, detail);
    showGpus(host);
  }

  function showGpus(host) {
    const list = host.gpus ?? [];
    sections.gpus.hidden = !list.length && parts.release.node.hidden;
    setClass(sections.gpus, 'many', list.length >= MANY_GPUS);
    parts.gpus.set(list, detail);
  }

  function showGpuHistory(index, value) {
    history.select(`gpu:${hostname}/${index}`, value);
    history.node.scrollIntoView({ block: 'start' });
    history.node.querySelector('select').focus({ preventScroll: true });
  }

  return { node, update(host) {
    const silentFor = isNumber(Date.parse(host.last_seen ?? '')) ? now() - Date.parse(host.last_seen) : null;
    const isStale = silentFor === null || silentFor > staleAfterMs();
    setText(seen, silentFor === null ? 'never seen' : isStale ? `seen ${age(host.last_seen)} ago` : '');
    setClass(body, 'stale', isStale);
    setTone(head, host.status);
    status.set(host.status);
    setText(reason, sanitize(host.reason ?? '', 300));
    reason.hidden = !host.reason;
    const words = [host.model, host.os, host.gpus?.length ? plural(host.gpus.length, 'GPU') : null,
      ...Object.entries(host.labels ?? {}).map(([k, v]) => `${k}=${v}`), host.simulated ? 'simulated' : null];
    setText(tags, sanitize(words.filter(Boolean).join(' · '), 200));
    keyed(alerts, activeAlerts().filter(a => a.host === hostname), a => `${a.id} ${hasScope('control')}`, alertLine);
    sections.vitals.hidden = Boolean(host.pushes) || !isNumber(host.cpu_percent ?? host.memory_percent);
    sections.processes.hidden = Boolean(host.pushes) || host.status === 'offline';
    history.setSubjects(subjectsOf(host));
    parts.release.update(host);
    parts.actions.update(host, detail);
    const tmux = host.sessions ?? [];
    sections.sessions.hidden = !tmux.length;
    keyed(parts.sessions, tmux, s => s.id, sessionItem);
    showDetail(host);
    showGpus(host);
    if (!sections.processes.hidden) parts.processes.update();
    parts.running.update(host).then(isEmpty => { sections.running.hidden = isEmpty; });
    load();
  } };
}

const card = (title, testid, ...content) =>
  h('section', { class: `card stack ${testid}`, 'data-testid': testid, 'aria-label': title, hidden: true }, h('h2', {}, title), content);

function problemLine(first) {
  const [what, fix] = [h('bdi', {}), h('span', { class: 'soft' })];
  const node = h('li', { class: 'bad' }, h('span', {}, h('strong', {}, first.name), ' ', what, ' ', fix));
  return { node, update(c) {
    setText(what, sanitize(`${c.reason}${c.message ? `: ${c.message}` : ''}`, 300));
    setText(fix, sanitize(c.fix ?? '', 300));
  } };
}
