// The OpenClaw gateways and their agents: what fails and what it costs first. Gateway, window and filters are in the address.
import { get } from '../core/api.js';
import { agentFeed } from '../core/feeds.js';
import { h, keyed, setAttr } from '../core/dom.js';
import { timestamp } from '../core/format.js';
import { hrefOf, viewSettings } from '../core/router.js';
import { gatewayNames, isConnected, state } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { choice } from '../core/ui.js';
import { gatewaySelect, noGateway, panel } from '../widgets/panel.js';
import { costPanel, tokenPanel, WINDOWS } from './agentcosts.js';
import { agentPanel, sessionPanel, subagentPanel } from './agentsessions.js';
import { cronPanel } from './crons.js';
import { showGateways } from './gatewaycards.js';
import { settingsFold } from './gatewaysettings.js';

const TICK_MS = 1000;
const GATEWAYS_INTERVAL_MS = 5000;
const AFTER_EVENT_MS = 5000; // a busy gateway has several events per second
const MAX_EVENTS = 40;
const { settings, read, set } = viewSettings({ gateway: '', window: 'today', q: '', cron: '' });

let parts;
let panels = {};
let timer = null;
let due = new Set(); // panels to load again after an event
let dueTimer = null;

/** The query of a request: the gateway, and more parameters. */
function query(more) {
  const params = new URLSearchParams(Object.entries({ gateway: settings.gateway, ...more }).filter(([, value]) => value));
  return params.size ? `?${params}` : '';
}

export const view = {
  mount(root) {
    panels = {
      gateways: gatewayPanel(), costs: costPanel(settings, query), crons: cronPanel(settings, query, status => set('cron', status)),
      subagents: subagentPanel(query), sessions: sessionPanel(settings, query, text => set('q', text)),
      agents: agentPanel(query, showSessionsOf), tokens: tokenPanel(settings, query),
    };
    parts = {
      gateway: gatewaySelect('agents-gateway', name => { set('gateway', name); showAll(); }),
      windows: choice('Window of costs and tokens', WINDOWS, settings.window, key => {
        set('window', key);
        for (const part of [panels.costs, panels.tokens, panels.crons]) part.render();
      }),
      logs: h('a', { class: 'button', 'data-testid': 'agents-logs' }, 'Logs'),
      events: eventPanel(),
      settings: settingsFold(query),
      none: noGateway(),
    };
    parts.content = h('div', { class: 'stack' },
      h('div', { class: 'toolbar' }, parts.gateway.node, parts.windows, parts.logs),
      panels.gateways.node, panels.costs.node, panels.crons.node,
      h('div', { class: 'columns two' }, panels.subagents.node, parts.events.node),
      panels.sessions.node, panels.agents.node, panels.tokens.node, parts.settings.node);
    root.append(parts.none, parts.content);
  },

  show(_, params) {
    read(params);
    if (!(settings.window in WINDOWS)) settings.window = 'today';
    parts.windows.select(settings.window);
    panels.sessions.setFilter(settings.q);
    panels.crons.setStatus(settings.cron);
    clearInterval(timer);
    timer = setInterval(tick, TICK_MS);
    showGatewayNames();
    showAll();
  },

  hide() {
    clearInterval(timer);
    parts.events.close();
  },

  update(topics) {
    if (topics.has('overview')) showGatewayNames();
    if (topics.has('me') || (topics.has('connection') && isConnected())) showAll();
  },
};

/** Loads everything, for another gateway or user. */
function showAll() {
  setAttr(parts.logs, 'href', hrefOf('logs', '', { gateway: settings.gateway }));
  if (gatewayNames()?.length === 0 || state.me === null) return;
  for (const part of Object.values(panels)) part.reload();
  parts.settings.reload();
  parts.events.render();
  parts.events.open();
}

function tick() {
  if (document.hidden || state.me === null || !isConnected() || !gatewayNames()?.length) return;
  for (const part of Object.values(panels)) part.tick();
  parts.events.open();
}

function showGatewayNames() {
  const names = gatewayNames();
  parts.none.hidden = names?.length !== 0;
  parts.content.hidden = names?.length === 0;
  parts.gateway.set(names ?? [], settings.gateway);
}

function gatewayPanel() {
  const cards = h('div', { class: 'gateways' });
  return panel('Gateways', 'gateways', () => `/api/monitoring/gateways${query()}`, GATEWAYS_INTERVAL_MS, cards, items => showGateways(cards, items), {
    request: async path => {
      const [answer, system] = await Promise.all([get(path), get(`/api/monitoring/system${query()}`)]);
      const processes = new Map(system.items.map(s => [s.gateway, s]));
      return { items: answer.items.map(g => ({ ...g, process: processes.get(g.gateway)?.process, machine: processes.get(g.gateway)?.machine })) };
    },
    sources: answer => answer.items.map(g => ({ gateway: g.gateway, at: g.sources.status?.at })),
  });
}

function showSessionsOf(agent) {
  set('q', `agent:${agent.id}:`);
  panels.sessions.setFilter(settings.q);
  panels.sessions.reload();
  panels.sessions.node.scrollIntoView({ block: 'start' });
}

function afterEvents(events) {
  for (const { kind } of events) {
    for (const name of kind.startsWith('cron') ? ['crons'] : kind.startsWith('tool') ? [] : ['sessions', 'subagents', 'agents']) due.add(name);
  }
  if (due.size === 0) return;
  dueTimer ??= setTimeout(() => {
    dueTimer = null;
    const names = due;
    due = new Set();
    if (!document.hidden && isConnected()) for (const name of names) panels[name].refresh();
  }, AFTER_EVENT_MS);
}

const EVENT_WORDS = { run_failed: 'run failed', tool_started: 'tool', cron_started: 'cron job started', cron_ended: 'cron job ended' };

/** What agents do, as it happens, newest first. */
function eventPanel() {
  const list = h('ul', { class: 'log', tabindex: 0, 'aria-label': 'Events of agents', 'data-testid': 'agent-events' });
  const none = h('p', { class: 'soft small' }, 'Nothing has happened yet.');
  const idOf = e => `${e.gateway} ${e.id}`;
  let events = [];
  const feed = agentFeed(MAX_EVENTS, (fresh, isFirst) => {
    const known = new Set(isFirst ? [] : events.map(idOf));
    events = [...fresh.filter(e => !known.has(idOf(e))), ...(isFirst ? [] : events)].slice(0, 2 * MAX_EVENTS);
    render();
    if (!isFirst) afterEvents(fresh);
  });

  function render() {
    const shown = events.filter(e => !settings.gateway || e.gateway === settings.gateway).slice(0, MAX_EVENTS);
    none.hidden = shown.length > 0;
    keyed(list, shown, idOf, eventItem);
  }

  const node = h('section', { class: 'card stack', 'aria-label': 'Live' }, h('div', { class: 'row' }, h('h2', {}, 'Live'),
    h('span', { class: 'soft small end' }, `the last ${MAX_EVENTS} events`)), list, none);
  return { node, render, open: feed.open, close: feed.close };
}

function eventItem(e) {
  const word = `${EVENT_WORDS[e.kind] ?? e.kind.replaceAll('_', ' ')}${e.failed ? ', failed' : ''}`;
  const who = [e.agent, e.session_type, e.role].filter(Boolean).join(' ');
  return { node: h('li', { 'data-testid': 'agent-event', 'data-kind': e.kind }, h('time', { datetime: e.time }, timestamp(e.time)),
    h('strong', { class: e.kind === 'run_failed' || e.failed ? 'bad' : null }, sanitize(word, 40)),
    h('bdi', { class: 'soft', title: sanitize(e.session, 100) }, sanitize(who, 100)),
    h('bdi', { class: 'break' }, sanitize(e.text ?? e.tool, 240))) };
}
