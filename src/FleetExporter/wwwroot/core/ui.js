// Small parts that views share.
import { h, setAttr, setClass, setText, setVar } from './dom.js';
import { state } from './store.js';
import { clean } from './text.js';

const TONES = {
  ok: 'ok',
  online: 'ok',
  degraded: 'warn',
  loading: 'warn',
  error: 'bad',
  offline: 'bad',
  gone: 'bad',
  completed: 'ok',
  running: 'ok',
  failed: 'bad',
  cancelled: 'warn',
  legacy: 'warn',
};

export const tone = status => TONES[status] ?? '';

/** The colour of a state on an element. */
export function paint(node, status) {
  for (const t of ['ok', 'warn', 'bad']) setClass(node, t, tone(status) === t);
}

/** A state as a word on its colour. */
export function pill(testid) {
  const node = h('span', { class: 'pill', 'data-testid': testid });
  return { node, set(status, word = status) {
    setText(node, clean(word ?? 'unknown', 40));
    paint(node, status);
  } };
}

/** A bar with its name and figure: 0 to 100 percent, or nothing known. */
export function meter(label, testid, bare) {
  const fill = h('i');
  const value = h('span', { class: 'mono' });
  const bar = h('div', { class: 'bar', 'aria-label': label }, fill);
  const node = h(
    'div',
    { class: bare ? 'meter bare' : 'meter', 'data-testid': testid },
    bare ? null : h('span', { class: 'soft' }, label),
    bar,
    value,
  );
  return { node, set(share, text, limits = {}) {
    const there = typeof share === 'number' && Number.isFinite(share);
    const shown = there ? Math.min(100, Math.max(0, share)) : 0;
    setVar(fill, '--share', `${shown.toFixed(1)}%`);
    setClass(bar, 'warn', there && share >= (limits.warn ?? Infinity) && share < (limits.bad ?? Infinity));
    setClass(bar, 'bad', there && share >= (limits.bad ?? Infinity));
    setClass(bar, 'absent', !there);
    const said = {
      role: there ? 'meter' : 'img',
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-valuenow': Math.round(shown),
      'aria-valuetext': text,
    };
    for (const [name, value] of Object.entries(said)) setAttr(bar, name, there || name === 'role' ? value : null);
    setText(value, text);
  } };
}

/** In place of a view's content: loading, nothing there, or what is wrong. */
export function notice(kind, title, detail, ...more) {
  return h('div', { class: `notice ${kind}`, 'data-testid': `notice-${kind}`, role: kind === 'error' ? 'alert' : 'status' },
    h('p', {}, h('strong', {}, title)), detail ? h('p', { class: 'soft break' }, detail) : null, more);
}

/** Why the hosts are not there yet, as a mark of what `waiting` shows. */
export const waitsFor = () => state.hostsProblem?.message ?? 'loading';

/** In place of what needs the hosts, until they are there. */
export const waiting = what => (state.hostsProblem ? problem(`${what[0].toUpperCase()}${what.slice(1)}`, state.hostsProblem) : loading(what));

export const loading = what =>
  notice('loading', state.connection === 'lost' ? `Waiting for the service to load ${what} …` : `Loading ${what} …`);

export function problem(what, error, again) {
  const unknown = error.status === 404 && error.title.startsWith('Unknown');
  const gone = !unknown && (error.status === 404 || error.status === 405);
  const title = unknown ? `${what}: not found`
    : gone ? `${what}: not configured`
    : error.status === 503 ? `${what}: not available`
    : error.status === 403 ? `${what}: not allowed`
    : `${what} could not be loaded`;
  const button = again ? h('button', { type: 'button', on: { click: again } }, 'Try again') : null;
  return notice('error', title, gone ? 'This service does not offer it.' : error.message, button);
}

/** @param kind 'ok' and none are of the view they were made in and go with it; 'bad' stays, so it names what it is about. */
export function toast(text, kind = '') {
  const node = h('div', { class: `toast ${kind}`, 'data-testid': 'toast', 'data-hash': location.hash }, clean(text, 400));
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), kind === 'bad' ? 12000 : 6000);
}

/** Another view is shown, or another job: what was said of the one before would stand over it. */
export function leaveToasts() {
  for (const node of document.querySelectorAll('.toast:not(.bad)')) if (node.dataset.hash !== location.hash) node.remove();
}

/** A filter of a view; `/` goes to the one that is seen. */
export function filterBox(testid, label, changed) {
  return h('input', {
    type: 'search',
    class: 'filter',
    'data-testid': testid,
    'aria-label': label,
    placeholder: `${label}  ( / )`,
    autocomplete: 'off',
    spellcheck: 'false',
    on: { input: event => changed(event.target.value.trim().toLowerCase()) },
  });
}

/** A choice of one of several, as buttons. */
export function choice(label, options, chosen, picked) {
  const buttons = Object.entries(options).map(([key, text]) =>
    h(
      'button',
      {
        type: 'button',
        'data-choice': key,
        'data-testid': `choice-${key}`,
        'aria-pressed': String(key === chosen),
        on: {
          click: () => {
            set(key);
            picked(key);
          },
        },
      },
      text,
    ),
  );
  const set = key => buttons.forEach(b => b.setAttribute('aria-pressed', String(b.dataset.choice === key)));
  return h('div', { class: 'choice', role: 'group', 'aria-label': label }, buttons);
}

/** A command to copy. Without https or loopback there is no clipboard: then the text is selected. */
export function copyable(text, testid) {
  const shown = clean(text, 500);
  const code = h('code', { class: 'break' }, shown);
  const button = h('button', { type: 'button', class: 'small', 'aria-label': `Copy: ${shown}`, on: { click: async () => {
    try {
      await navigator.clipboard.writeText(shown);
      toast('Copied.', 'ok');
    } catch {
      getSelection().selectAllChildren(code);
      toast('Selected. Press Ctrl+C to copy it.');
    }
  } } }, 'Copy');
  return h('div', { class: 'copyable', 'data-testid': testid }, code, button);
}
