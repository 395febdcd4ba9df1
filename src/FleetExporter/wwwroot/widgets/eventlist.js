// Events of the fleet as a list, newest first.
import { h } from '../core/dom.js';
import { age, timestamp } from '../core/format.js';
import { hrefOf } from '../core/router.js';
import { sanitize } from '../core/text.js';
import { pill } from '../core/ui.js';

const TARGET_KINDS = ['service', 'provider', 'gateway', 'tunnel'];

/** Where a subject of /api/events or /api/history is shown; null where it has no place. */
export function subjectHref(subject, host) {
  const [kind, rest] = String(subject ?? '').split(/:(.*)/s);
  if (TARGET_KINDS.includes(kind)) return hrefOf('targets', `${kind}/${rest}`);
  if (kind === 'session') return hrefOf('sessions', rest);
  if (kind === 'job') return hrefOf('jobs', rest);
  if (kind === 'alert') return hrefOf('alerts');
  return host ? hrefOf('hosts', host) : null;
}

export function eventItem(e) {
  const severity = pill('event-severity');
  severity.set(e.severity);
  const href = subjectHref(e.subject, e.host);
  const text = h('bdi', {}, sanitize(e.text, 300));
  const time = h('time', { datetime: e.time, class: 'soft small', title: `${age(e.time)} ago` }, timestamp(e.time));
  const props = { 'data-testid': 'event', 'data-kind': e.kind, 'data-event': e.id };
  return { node: h('li', props, time, severity.node, href ? h('a', { href }, text) : text) };
}
