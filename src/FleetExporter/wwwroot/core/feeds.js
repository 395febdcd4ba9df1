// What agents do and what gateways log, as it happens, while a view shows it.
import { get } from './api.js';
import { isConnected } from './store.js';

const RETRY_MS = 3000;

/** @param connect(onLost) opens a connection; returns what closes it. */
function feed(connect) {
  let [disconnect, retry] = [null, null];
  const close = () => {
    clearInterval(retry);
    disconnect?.();
    disconnect = retry = null;
  };
  const open = () => {
    close();
    disconnect = connect(() => {
      close();
      retry = setInterval(() => { if (isConnected() && !document.hidden) open(); }, RETRY_MS);
    });
  };
  return { close, open() { if (!disconnect && !retry) open(); } };
}

/** @param onEvents called with the last `count` events, and then with each new one; isFirst: they replace those before. */
export function agentFeed(count, onEvents) {
  const start = async () => {
    const { items } = await get(`/api/monitoring/events?limit=${count}`).catch(() => ({ items: [] }));
    onEvents(items, true);
  };
  return feed(onLost => {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws/agents`);
    Object.assign(socket, { onopen: start, onclose: onLost, onmessage({ data: text }) {
      const { event, data } = JSON.parse(text);
      if (event === 'agent_event') onEvents([data], false);
      else if (event === 'reset') start();
    } });
    return () => {
      socket.onopen = socket.onclose = socket.onmessage = null;
      socket.close();
    };
  });
}

/**
 * @param address() of the log with its filters.
 * @param onFollowing called with whether new lines arrive; before that and after an interruption lines may be missing.
 */
export const logFeed = (address, onFollowing, onLine) => feed(onLost => {
  const source = new EventSource(address());
  source.addEventListener('following', () => onFollowing(true));
  source.addEventListener('line', message => onLine(JSON.parse(message.data)));
  source.onerror = () => {
    onFollowing(false);
    onLost(); // by itself it would ask a service that is gone every few seconds
  };
  return () => source.close();
});
