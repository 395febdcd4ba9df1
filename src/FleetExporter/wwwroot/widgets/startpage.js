// Shown while the fleet is empty: what to do first.
import { createButton, h } from '../core/dom.js';
import { hasScope, state } from '../core/store.js';
import { addHost } from './hostforms.js';
import { importHosts } from './importhosts.js';
import { addTarget } from './targetforms.js';

/** @param onDone called when something was added. */
export function startPage(onDone) {
  const steps = hasScope('admin')
    ? [
      h('p', {}, 'Add the first host: a machine that this one reaches over SSH. Nothing is installed on it.'),
      h('div', { class: 'row' }, createButton('Add a host', 'start-add', () => addHost(onDone), { class: 'primary' }),
        createButton('Import from an ssh_config', 'start-import', () => importHosts(onDone)),
        createButton('Add a service, model server, gateway or tunnel', 'start-target', () => addTarget(onDone))),
      h('p', { class: 'soft small' }, 'Hosts can also be listed in fleet.yml: see ', h('a', { href: '/docs/configuration' }, 'Configuration'), '.'),
    ]
    : [
      h('p', {}, 'Hosts are added by somebody who is logged in with an admin key, or in fleet.yml.'),
      h('p', { class: 'soft small' }, state.me?.anonymous
        ? 'You are not logged in. On the exporter’s machine, this prints a link that logs you in:' : 'Your key does not allow it.'),
      state.me?.anonymous ? h('code', {}, 'fleet-exporter login') : null,
    ];
  return h('div', { class: 'notice start', 'data-testid': 'start' }, h('h2', {}, 'Nothing is watched yet'), steps);
}
