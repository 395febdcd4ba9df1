// Keeps the state fresh: by WebSocket, else by polling; and knows within two seconds when the service is gone.
import { all, get } from './api.js';
import { hear } from './clock.js';
import { change, state } from './store.js';
import { takeAlerts, takeAlert, dropAlert, takeHosts, takeOverview } from './take.js';

const QUIET = 700; // a silence after which the service is asked whether it is there
const PATIENCE = 1200; // and how long its answer may take: both together under two seconds
const POLL = 5000;
const RECONCILE = 60000; // the whole list, now and then: what is gone is told by nobody else
const SILENT = 45000; // a socket on which nothing comes for so long is dead

let socket = null;
let retry = 1000;
let nextTry = 0;
let heard = 0;
let polledAt = 0;
let alertsAt = 0;
let running = false;
let polling = false;

function setConnection(to) {
  if (state.connection === to) return;
  change('connection', s => { s.connection = to; s.connectionSince = Date.now(); });
}

export function start() {
  if (running) return;
  running = true;
  connect();
  loop();
  addEventListener('offline', () => setConnection('lost'));
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
}

/** Everything anew: after login, or when the page is looked at again. */
export function wake() {
  heard = polledAt = alertsAt = nextTry = 0;
}

/** A new caller: the socket of the old one is closed. */
export function restart() {
  socket?.close();
  socket = null;
  retry = 1000;
  wake();
}

async function loop() {
  for (;;) {
    try {
      await step();
    } catch (error) {
      console.error(error);
    }
    await new Promise(done => setTimeout(done, 200));
  }
}

async function step() {
  const time = Date.now();
  if (document.hidden && state.connection !== 'connecting') return;
  if (time - heard > QUIET && !(await isThere())) {
    setConnection('lost');
    return;
  }
  if (state.me === null) return;
  if (!socket && time >= nextTry) connect();
  if (socket?.readyState === WebSocket.OPEN && socket.last && time - socket.last > SILENT) socket.close();
  const live = socket?.readyState === WebSocket.OPEN && socket.last;
  if (!polling && time - polledAt > (live ? RECONCILE : POLL) && !(socket?.readyState === WebSocket.CONNECTING && time - socket.began < 1000)) {
    poll(time);
  }
  if (live) setConnection('live');
  else if (state.hostsAt) setConnection('polling');
}

async function isThere() {
  try {
    const answer = await fetch('/-/healthy', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
    hear(answer.headers.get('Date'));
    if (answer.ok) heard = Date.now();
    return answer.ok;
  } catch {
    return false;
  }
}

async function poll(time) {
  polling = true;
  polledAt = time;
  const withAlerts = time - alertsAt > 15000;
  if (withAlerts) alertsAt = time;
  await Promise.all([
    all('/api/hosts').then(items => takeHosts(items, true)),
    get('/api/overview').then(takeOverview),
    withAlerts ? all('/api/alerts').then(takeAlerts, problem => takeAlerts(null, problem)) : null,
  ]).catch(() => { /* the next beat tells whether the service is there; the state keeps its time */ });
  polling = false;
}

function connect() {
  const mine = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
  mine.began = Date.now();
  socket = mine;
  mine.onmessage = message => {
    if (socket !== mine) return;
    heard = mine.last = Date.now();
    retry = 1000;
    try {
      const { event, data } = JSON.parse(message.data);
      handlers[event]?.(data);
    } catch (error) {
      console.error('a message that is not understood', error);
    }
  };
  mine.onclose = () => {
    if (socket !== mine) return;
    socket = null;
    heard = polledAt = 0; // is it there at all?
    nextTry = Date.now() + retry;
    retry = Math.min(retry * 2, 30000);
  };
}

const handlers = {
  hosts_update: data => takeHosts(data, false),
  overview_update: takeOverview,
  alert_new: takeAlert,
  alert_cleared: dropAlert,
};
