// Keeps the state fresh: by WebSocket, else by polling; and knows within two seconds when the service is gone.
import { all, get } from './api.js';
import { hear } from './clock.js';
import { fillIn } from './history.js';
import { change, isConnected, state } from './store.js';
import { dropAlert, dropHost, hostsFailed, takeAlert, takeAlerts, takeHosts, takeOverview } from './take.js';

const QUIET = 700; // a silence after which the service is asked whether it is there
const PATIENCE = 1000; // and how long its answer may take: both together under two seconds
const POLL = 5000;
const ALERTS = 15000;
const RECONCILE = 60000; // the whole list, now and then: what is gone is told by nobody else
const SILENT = 45000; // a socket on which nothing comes for so long is dead

let socket = null;
let retry = 1000;
let nextTry = 0;
let heard = 0;
let polledAt = 0;
let returnedAt = Date.now();
let alertsAt = 0;
let running = false;
let polling = false;
let wakeUp = () => {};
let returned = () => {};

/** @param listener called when the service is there again, and about once a minute while it is. */
export const onReturn = listener => { returned = listener; };

function setConnection(to) {
  if (state.connection === to) return;
  const wasConnected = isConnected();
  change('connection', s => { s.connection = to; s.connectionSince = Date.now(); });
  if (isConnected() && !wasConnected) {
    remember();
    returned();
  }
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

export function wake() {
  heard = polledAt = alertsAt = nextTry = 0;
  wakeUp();
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
    await new Promise(done => {
      wakeUp = done;
      setTimeout(done, 200);
    });
  }
}

async function step() {
  const time = Date.now();
  if (document.hidden && state.connection !== 'connecting') return;
  if (time - heard > QUIET && !(await isThere())) {
    setConnection('lost');
    return;
  }
  if (state.me === null) {
    setConnection('locked');
    return;
  }
  if (!socket && time >= nextTry) connect();
  if (socket?.readyState === WebSocket.OPEN && socket.last && time - socket.last > SILENT) socket.close();
  const live = socket?.readyState === WebSocket.OPEN && socket.last;
  const waits = socket?.readyState === WebSocket.CONNECTING && time - socket.began < 1000;
  if (!polling && !(waits && state.hostsAt) && time - polledAt > (live ? RECONCILE : POLL)) {
    if (time - returnedAt > RECONCILE) {
      returnedAt = time;
      returned();
    }
    poll([all('/api/hosts').then(items => takeHosts(items, true), hostsFailed), get('/api/overview').then(takeOverview)], () => {
      polledAt = Date.now();
    });
  } else if (!polling && time - alertsAt > ALERTS)
    poll([all('/api/alerts').then(takeAlerts, problem => takeAlerts(null, problem))], () => {
      alertsAt = Date.now();
    });
  if (live) setConnection('live');
  else if (state.hostsAt) setConnection('polling');
}

/** Lines need what was before; without it they begin now. */
async function remember() {
  try {
    fillIn(await get('/api/recent', { quiet: true }));
    change('hosts', s => s.hosts.forEach((host, name) => s.hosts.set(name, { ...host })));
  } catch { /* they begin now */ }
}

/** What fails is asked again in time; the next beat tells whether the service is there at all. */
async function poll(requests, done) {
  polling = true;
  await Promise.allSettled(requests);
  done();
  polling = false;
  wakeUp();
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

function connect() {
  const mine = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
  mine.began = Date.now();
  socket = mine;
  mine.onmessage = message => {
    if (socket !== mine) return;
    if (!mine.last) wakeUp();
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
    wakeUp();
    nextTry = Date.now() + retry;
    retry = Math.min(retry * 2, 30000);
  };
}

const handlers = {
  hosts_update: data => takeHosts(data, false),
  overview_update: takeOverview,
  host_removed: dropHost,
  reset: () => { polledAt = alertsAt = 0; }, // more happened than the service kept for us
  alert_new: takeAlert,
  alert_cleared: dropAlert,
};
