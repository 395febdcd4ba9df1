// What several views show of a tmux session.
import { h, setClass, setText } from '../core/dom.js';
import { age, isNumber, mebibytes } from '../core/format.js';
import { hrefOf } from '../core/router.js';
import { state } from '../core/store.js';
import { sanitize } from '../core/text.js';

/** Since when the session has had neither a client nor output. */
export const idleSince = s => [s.detached_since, s.last_activity].filter(Boolean).sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);

export const sessionState = s => (s.status === 'legacy' ? 'legacy' : s.attached ? 'attached' : 'detached');

/** The id with the user, as links from outside have it; the API's own id leaves out the login user. */
export const qualifiedId = s => `${s.host}:${s.user}/${s.name}`;

/** List item on the card of the session's host. */
export function sessionItem(first) {
  const [name, stateText, figures] = [
    h('a', { href: hrefOf('sessions', first.id) }),
    h('span', { class: 'small' }),
    h('span', { class: 'mono small end' }),
  ];
  const node = h('li', { 'data-testid': 'host-session', 'data-session': first.id }, h('bdi', {}, name), stateText, figures);
  return { node, update(s) {
    setText(name, sanitize(s.name, 60));
    setText(stateText, `${sessionState(s)}${s.busy ? ', busy' : ''}`);
    setClass(stateText, 'warn', s.status === 'legacy');
    setClass(stateText, 'soft', s.status !== 'legacy');
    setText(
      figures,
      [isNumber(s.gpu_memory_mb) && s.gpu_memory_mb > 0 ? `GPU ${mebibytes(s.gpu_memory_mb)}` : null, age(s.created)].filter(Boolean).join(' · '),
    );
  } };
}

/** ssh://user@host:port; null for the exporter's own machine and for an invalid address. */
export function sshLink(session) {
  const host = state.hosts.get(session.host);
  const user = state.config?.hosts?.find(x => x.name === session.host)?.ssh?.user;
  if (!host?.address || !/^[A-Za-z0-9.:[\]_-]+$/.test(host.address) || (user && !/^[A-Za-z0-9._-]+$/.test(user))) return null;
  return `ssh://${user ? `${user}@` : ''}${host.address}`;
}
