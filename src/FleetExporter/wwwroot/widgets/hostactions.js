// What can be done with a host: try again, run a command, open it in Grafana or a terminal, edit, disconnect, remove.
import { post } from '../core/api.js';
import { connectionOf, loadConnections } from '../core/connections.js';
import { createButton, h } from '../core/dom.js';
import { hrefOf } from '../core/router.js';
import { hasScope, state } from '../core/store.js';
import { sanitize } from '../core/text.js';
import { toast } from '../core/ui.js';
import { editHost, removeHost, tryHost } from './hostforms.js';

export function hostActions(hostname) {
  const path = action => `/api/dgx/${action}/${encodeURIComponent(hostname)}`;
  const buttons = {
    retry: createButton('Retry now', 'host-retry', async event => {
      event.target.disabled = true;
      try {
        const { status, reason } = await post(path('connect'));
        toast(`${sanitize(hostname, 60)}: ${status}${reason ? `: ${sanitize(reason, 200)}` : ''}`, status === 'failed' ? 'bad' : 'ok');
      } catch (error) {
        toast(`${sanitize(hostname, 60)}: ${error.message}`, 'bad');
      }
      event.target.disabled = false;
    }, { class: 'primary' }),
    test: createButton('Test', 'host-test', () => tryHost(hostname)),
    exec: h('a', { class: 'button', href: hrefOf('exec', hostname), 'data-testid': 'host-exec' }, 'Run a command'),
    grafana: h('a', { class: 'button', rel: 'noreferrer', 'data-testid': 'host-grafana' }, 'Grafana'),
    edit: createButton('Edit', 'host-edit', () => editHost(connectionOf(hostname))),
    disconnect: createButton('Disconnect', 'host-disconnect', async () => {
      try {
        await post(path('disconnect'));
        await loadConnections().catch(() => {});
        toast(`${sanitize(hostname, 60)} is no longer watched.`, 'ok');
      } catch (error) {
        toast(`${sanitize(hostname, 60)}: ${error.message}`, 'bad');
      }
    }),
    remove: createButton('Remove', 'host-remove', () => removeHost(connectionOf(hostname)), { class: 'danger' }),
  };
  const node = h('div', { class: 'row', 'data-testid': 'host-actions' }, Object.values(buttons));
  return { node, update(host, detail) {
    const isWatchedOverSsh = !host.pushes;
    const isFromApi = connectionOf(hostname)?.source === 'api';
    const grafana = state.config?.grafana_url;
    buttons.retry.hidden = !isWatchedOverSsh || !hasScope('control') || (detail ? detail.connection.connected : host.status !== 'offline');
    buttons.test.hidden = !isWatchedOverSsh || !hasScope('admin');
    buttons.exec.hidden = !isWatchedOverSsh || !hasScope('control') || host.status === 'offline';
    buttons.disconnect.hidden = !isWatchedOverSsh || !hasScope('control');
    buttons.edit.hidden = buttons.remove.hidden = !isFromApi || !hasScope('admin');
    buttons.grafana.hidden = !/^https?:\/\//.test(grafana ?? '');
    if (!buttons.grafana.hidden) buttons.grafana.href = `${grafana.replace(/\/+$/, '')}/d/fleet-host?var-host=${encodeURIComponent(hostname)}`;
  } };
}
