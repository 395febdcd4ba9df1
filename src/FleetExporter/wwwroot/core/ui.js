// Small elements that several views and widgets use.
import { createButton, h, setAttr, setClass, setText, setVar } from './dom.js';
import { state } from './store.js';
import { sanitize } from './text.js';

/** The one scale of the page: what is fine, what to look at, what is broken; other words have no colour. */
const TONES = {
  ok: ['ok', 'online', 'up', 'completed', 'running', 'active'],
  warn: ['warning', 'degraded', 'loading', 'cancelled', 'legacy', 'half_dead', 'medium'],
  bad: ['critical', 'error', 'offline', 'gone', 'failed', 'down', 'page', 'high', 'unit_active_port_dead'],
};

export const tone = word => Object.keys(TONES).find(name => TONES[name].includes(word)) ?? '';

/** Worst first. */
export const toneRank = word => ({ bad: 0, warn: 1, ok: 3 }[tone(word)] ?? 2);

/** Gives an element the colour of a status. */
export function setTone(node, status) {
  for (const t of ['ok', 'warn', 'bad']) setClass(node, t, tone(status) === t);
}

/** A status as a word on its colour. */
export function pill(testid) {
  const node = h('span', { class: 'pill', 'data-testid': testid });
  return { node, set(status, word = status) {
    setText(node, sanitize(word ?? 'unknown', 40));
    setTone(node, status);
  } };
}

/** A bar with label and value: 0 to 100 percent, or unknown. */
export function meter(label, testid, compact) {
  const fill = h('i');
  const value = h('span', { class: 'mono' });
  const bar = h('div', { class: 'bar', 'aria-label': label }, fill);
  const node = h(
    'div',
    { class: compact ? 'meter compact' : 'meter', 'data-testid': testid },
    compact ? null : h('span', { class: 'soft' }, label),
    bar,
    value,
  );
  return { node, set(percent, text, limits = {}) {
    const isKnown = typeof percent === 'number' && Number.isFinite(percent);
    const clamped = isKnown ? Math.min(100, Math.max(0, percent)) : 0;
    setVar(fill, '--share', `${clamped.toFixed(1)}%`);
    setClass(bar, 'warn', isKnown && percent >= (limits.warn ?? Infinity) && percent < (limits.bad ?? Infinity));
    setClass(bar, 'bad', isKnown && percent >= (limits.bad ?? Infinity));
    setClass(bar, 'absent', !isKnown);
    const attributes = {
      role: isKnown ? 'meter' : 'img',
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-valuenow': Math.round(clamped),
      'aria-valuetext': text,
    };
    for (const [name, value] of Object.entries(attributes)) setAttr(bar, name, isKnown || name === 'role' ? value : null);
    setText(value, text);
  } };
}

/** Names and values of machines, without those that are null or empty. */
export const factList = (rows, maxLength = 400) => h('dl', { class: 'facts' }, rows.filter(([, value]) => value)
  .map(([name, value]) => [h('dt', {}, name), h('dd', {}, h('bdi', {}, sanitize(value, maxLength)))]));

/** Shown in place of content: kind is loading, empty, error or locked. */
export function notice(kind, title, detail, ...more) {
  return h('div', { class: `notice ${kind}`, 'data-testid': `notice-${kind}`, role: kind === 'error' ? 'alert' : 'status' },
    h('p', {}, h('strong', {}, title)), detail ? h('p', { class: 'soft break' }, detail) : null, more);
}

/** Changes when the notice of `loadingOrError` does. */
export const loadingKey = () => state.hostsError?.message ?? 'loading';

/** Replaces content that needs the hosts until they are loaded. */
export const loadingOrError = what =>
  state.hostsError ? errorNotice(`${what[0].toUpperCase()}${what.slice(1)}`, state.hostsError) : loading(what);

export const loading = what =>
  notice('loading', state.connection === 'lost' ? `Waiting for the service to load ${what} …` : `Loading ${what} …`);

export function errorNotice(subject, error, retry) {
  const isUnknown = error.status === 404 && error.title.startsWith('Unknown');
  const isMissing = !isUnknown && (error.status === 404 || error.status === 405);
  const title = isUnknown ? `${subject}: not found`
    : isMissing ? `${subject}: not configured`
    : error.status === 503 ? `${subject}: not available`
    : error.status === 403 ? `${subject}: not allowed`
    : `${subject} could not be loaded`;
  const button = retry ? h('button', { type: 'button', on: { click: retry } }, 'Try again') : null;
  return notice('error', title, isMissing ? 'This service does not offer it.' : error.message, button);
}

/** @param kind 'bad' outlives a change of view, so its text must name its subject; others disappear with their view. */
export function toast(text, kind = '') {
  const node = h('div', { class: `toast ${kind}`, 'data-testid': 'toast', 'data-hash': location.hash }, sanitize(text, 400));
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), kind === 'bad' ? 12000 : 6000);
}

/** Removes the messages of the view that was shown before. */
export function dismissToasts() {
  for (const node of document.querySelectorAll('.toast:not(.bad)')) if (node.dataset.hash !== location.hash) node.remove();
}

/** A view's filter; `/` focuses it. */
export function filterBox(testid, label, onChange) {
  return h('input', {
    type: 'search',
    class: 'filter',
    'data-testid': testid,
    'aria-label': label,
    placeholder: `${label}  ( / )`,
    autocomplete: 'off',
    spellcheck: 'false',
    on: { input: event => onChange(event.target.value.trim().toLowerCase()) },
  });
}

/** Buttons of which one is selected. */
export function choice(label, options, selected, onSelect) {
  const buttons = Object.entries(options).map(([key, text]) =>
    createButton(text, `choice-${key}`, () => { set(key); onSelect(key); }, { 'data-choice': key, 'aria-pressed': String(key === selected) }),
  );
  const set = key => buttons.forEach(b => b.setAttribute('aria-pressed', String(b.dataset.choice === key)));
  const node = h('div', { class: 'choice', role: 'group', 'aria-label': label }, buttons);
  node.select = set;
  return node;
}

/** Disables a button while its action runs. A focus that it loses by that comes back. */
export async function whileDisabled(button, action) {
  const hadFocus = document.activeElement === button;
  button.disabled = true;
  try {
    await action();
  } finally {
    button.disabled = false;
    if (hadFocus && document.activeElement === document.body) button.focus();
  }
}

/** A command with a copy button. Without https or loopback there is no clipboard; then the button selects the text. */
export function copyable(text, testid) {
  const command = sanitize(text, 500);
  const code = h('code', { class: 'break' }, command);
  const button = h('button', { type: 'button', class: 'small', 'aria-label': `Copy: ${command}`, on: { click: async () => {
    try {
      await navigator.clipboard.writeText(command);
      toast('Copied.', 'ok');
    } catch {
      getSelection().selectAllChildren(code);
      toast('Selected. Press Ctrl+C to copy it.');
    }
  } } }, 'Copy');
  return h('div', { class: 'copyable', 'data-testid': testid }, code, button);
}
