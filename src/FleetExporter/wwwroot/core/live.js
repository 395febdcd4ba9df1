// Updates the state over a WebSocket or by polling, and detects within two seconds that the service is gone.
import { get, getAll } from './api.js';
import { syncClock } from './clock.js';
import { mergeRecent } from './history.js';
import { change, isConnected, state } from './store.js';
import { applyAlert, applyAlerts, applyHosts, applyHostsError, applyOverview, removeAlert, removeHost } from './updates.js';

// Both together stay below two seconds.
const HEALTH_CHECK_AFTER_MS = 700; // time without a response or message before /-/healthy is requested
const HEALTH_TIMEOUT_MS = 1000;
const POLL_INTERVAL_MS = 5000;
const ALERTS_INTERVAL_MS = 15000;
const RECONCILE_INTERVAL_MS = 60000; // full lists while live, in case a removal was missed
const SOCKET_IDLE_LIMIT_MS = 45000; // an open socket without a message for this long is considered dead

let socket = null;
let retryDelay = 1000;
let nextConnectAt = 0;
let lastResponseAt = 0;
let polledAt = 0;
let reconnectNotifiedAt = Date.now();
let alertsPolledAt = 0;
let isStarted = false;
let isPolling = false;
let resumeLoop = () => {};
let reconnectListener = () => {};

/** @param listener called when the service is reachable again, and once a minute after that. */
export const onReconnect = listener => { reconnectListener = listener; };

function setConnection(connection) {
  if (state.connection === connection) return;
  const wasConnected = isConnected();
  change('connection', s => { s.connection = connection; });
  if (isConnected() && !wasConnected) {
    loadRecentValues();
    reconnectListener();
  }
}

export function start() {
  if (isStarted) return;
  isStarted = true;
  connect();
  loop();
  addEventListener('offline', () => setConnection('lost'));
  addEventListener('online', refreshNow);
  document.addEventListener('visibilitychange', refreshNow);
}

export function refreshNow() {
  lastResponseAt = polledAt = alertsPolledAt = nextConnectAt = 0;
  resumeLoop();
}

/** After a login: closes the socket, which has the old caller's rights, and connects again. */
export function reconnect() {
  socket?.close();
  socket = null;
  retryDelay = 1000;
  refreshNow();
}

async function loop() {
  for (;;) {
    try {
      await step();
    } catch (error) {
      console.error(error);
    }
    await new Promise(done => { resumeLoop = done; setTimeout(done, 200); });
  }
}

async function step() {
  const time = Date.now();
  if (document.hidden && state.connection !== 'connecting') return;
  if (time - lastResponseAt > HEALTH_CHECK_AFTER_MS && !(await isHealthy())) {
    setConnection('lost');
    return;
  }
  if (state.me === null) {
    setConnection('locked');
    return;
  }
  if (!socket && time >= nextConnectAt) connect();
  if (socket?.readyState === WebSocket.OPEN && socket.lastMessageAt && time - socket.lastMessageAt > SOCKET_IDLE_LIMIT_MS) socket.close();
  const isLive = socket?.readyState === WebSocket.OPEN && socket.lastMessageAt;
  const isConnecting = socket?.readyState === WebSocket.CONNECTING && time - socket.createdAt < 1000;
  if (!isPolling && !(isConnecting && state.hostsAt) && time - polledAt > (isLive ? RECONCILE_INTERVAL_MS : POLL_INTERVAL_MS)) {
    if (time - reconnectNotifiedAt > RECONCILE_INTERVAL_MS) {
      reconnectNotifiedAt = time;
      reconnectListener();
    }
    poll([getAll('/api/hosts').then(items => applyHosts(items, true), applyHostsError), get('/api/overview').then(applyOverview)], () => {
      polledAt = Date.now();
    });
  } else if (!isPolling && time - alertsPolledAt > ALERTS_INTERVAL_MS)
    poll([getAll('/api/alerts').then(applyAlerts, error => applyAlerts(null, error))], () => { alertsPolledAt = Date.now(); });
  if (isLive) setConnection('live');
  else if (state.hostsAt) setConnection('polling');
}

/** Loads the values before now for sparklines; without them they start now. */
async function loadRecentValues() {
  try {
    mergeRecent(await get('/api/recent', { quiet: true }));
    change('hosts', s => s.hosts.forEach((host, name) => s.hosts.set(name, { ...host })));
  } catch { /* sparklines start now */ }
}

/** Failed requests are repeated at the next interval; the health check detects an unreachable service. */
async function poll(requests, finished) {
  isPolling = true;
  await Promise.allSettled(requests);
  finished();
  isPolling = false;
  resumeLoop();
}

async function isHealthy() {
  try {
    const response = await fetch('/-/healthy', { cache: 'no-store', signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    syncClock(response.headers.get('Date'));
    if (response.ok) lastResponseAt = Date.now();
    return response.ok;
  } catch {
    return false;
  }
}

function connect() {
  const opened = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
  opened.createdAt = Date.now();
  socket = opened;
  opened.onmessage = message => {
    if (socket !== opened) return;
    if (!opened.lastMessageAt) resumeLoop();
    lastResponseAt = opened.lastMessageAt = Date.now();
    retryDelay = 1000;
    try {
      const { event, data } = JSON.parse(message.data);
      eventHandlers[event]?.(data);
    } catch (error) {
      console.error('invalid WebSocket message', error);
    }
  };
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = null;
    lastResponseAt = polledAt = 0; // check at once whether the service is reachable
    resumeLoop();
    nextConnectAt = Date.now() + retryDelay;
    retryDelay = Math.min(retryDelay * 2, 30000);
  };
}

const eventHandlers = {
  hosts_update: data => applyHosts(data, false),
  overview_update: applyOverview,
  host_removed: removeHost,
  reset: () => { polledAt = alertsPolledAt = 0; }, // the service skipped events: load the full lists
  alert_new: applyAlert,
  alert_cleared: removeAlert,
};
