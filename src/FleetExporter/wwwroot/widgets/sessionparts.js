// What is said of a tmux session in more than one view.
import { h, setClass, setText } from '../core/dom.js';
import { age, known, mebi } from '../core/format.js';
import { hrefOf } from '../core/router.js';
import { state } from '../core/store.js';
import { clean } from '../core/text.js';

/** Since when it has been left alone by people and programs. */
export const idleSince = s => [s.detached_since, s.last_activity].filter(Boolean).sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);

export const sessionState = s => (s.status === 'legacy' ? 'legacy' : s.attached ? 'attached' : 'detached');

/** What a link from outside calls it: whose it is stands there, of the login user too. */
export const fullId = s => `${s.host}:${s.user}/${s.name}`;

/** A line in a host's card. */
export function sessionLine(first) {
  const [name, how, figures] = [
    h('a', { href: hrefOf('sessions', first.id) }),
    h('span', { class: 'small' }),
    h('span', { class: 'mono small end' }),
  ];
  const node = h('li', { 'data-testid': 'host-session', 'data-session': first.id }, h('bdi', {}, name), how, figures);
  return { node, update(s) {
    setText(name, clean(s.name, 60));
    setText(how, `${sessionState(s)}${s.busy ? ', busy' : ''}`);
    setClass(how, 'warn', s.status === 'legacy');
    setClass(how, 'soft', s.status !== 'legacy');
    setText(
      figures,
      [known(s.gpu_memory_mb) && s.gpu_memory_mb > 0 ? `GPU ${mebi(s.gpu_memory_mb)}` : null, age(s.created)].filter(Boolean).join(' · '),
    );
  } };
}

/** ssh://user@host:port, for programs that open such links; null for this machine, and for what is no address. */
export function sshLink(session) {
  const host = state.hosts.get(session.host);
  const user = state.config?.hosts?.find(x => x.name === session.host)?.ssh?.user;
  if (!host?.address || !/^[A-Za-z0-9.:[\]_-]+$/.test(host.address) || (user && !/^[A-Za-z0-9._-]+$/.test(user))) return null;
  return `ssh://${user ? `${user}@` : ''}${host.address}`;
}
