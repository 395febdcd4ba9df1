// A section of a view that loads itself: its title, when gateways told what it shows, what is missing, and its content.
import { get } from '../core/api.js';
import { reasonText } from '../core/amounts.js';
import { now } from '../core/clock.js';
import { createButton, fill, h, setAttr, setClass, setText } from '../core/dom.js';
import { age, timestamp } from '../core/format.js';
import { hrefOf } from '../core/router.js';
import { sanitize } from '../core/text.js';
import { errorNotice, loading, notice } from '../core/ui.js';

const OLD_MS = 15 * 60_000; // three times the longest interval at which a gateway is asked
const MAX_REFRESHED = 500; // the API's limit of a page; a longer list is not loaded again
const WAITING_MS = 3000; // between two requests until all gateways have told
const MAX_ITEMS = 1000;
const TYPING_MS = 300;

/**
 * @param path() of the request.
 * @param every milliseconds between two requests.
 * @param show(items, answer) shows what arrived; items are those of all pages.
 * @param options.controls beside the title; options.page: items of the first page, where there are pages; options.request(path) in place of a GET;
 * options.sources(answer) where the answer has none as `sources` or in its items.
 */
export function panel(title, testid, path, every, content, show, options = {}) {
  const told = h('span', { class: 'small end', 'data-testid': `${testid}-told` });
  const missing = h('p', { class: 'warn small break', 'data-testid': `${testid}-missing`, hidden: true });
  const message = h('div', {}, loading(title.toLowerCase()));
  const more = createButton('Show more', `${testid}-more`, () => load(true), { hidden: true });
  const box = h('div', { class: 'stack', hidden: true }, content, more);
  const node = h('section', { class: 'card stack', 'aria-label': title, 'data-testid': testid },
    h('div', { class: 'row' }, h('h2', {}, title), options.controls, told), missing, message, box);
  let [request, requestedAt, isLoading] = [0, -Infinity, false];
  let [items, cursor, oldest, shown, isWaiting] = [[], null, null, null, false];

  async function load(isMore = false) {
    const own = ++request;
    [requestedAt, isLoading] = [now(), true];
    const { pathname, searchParams } = new URL(path(), location.href);
    if (options.page) searchParams.set('limit', isMore ? 50 : Math.max(options.page, items.length));
    if (isMore) searchParams.set('cursor', cursor);
    try {
      const answer = await (options.request ?? get)(searchParams.size ? `${pathname}?${searchParams}` : pathname);
      if (own !== request) return;
      items = isMore ? [...items, ...answer.items].slice(0, MAX_ITEMS) : answer.items;
      cursor = items.length < MAX_ITEMS ? answer.next_cursor : null;
      shown = answer;
      showSources(options.sources?.(answer) ?? answer.sources ?? answer.items);
      showError(null);
      more.hidden = !cursor;
      show(items, answer);
    } catch (error) {
      if (error.status === undefined) throw error;
      if (own === request && error.status !== 0) showError(error);
    } finally {
      if (own === request) isLoading = false;
    }
  }

  /** An unchanged notice stays: screen readers repeat new elements. */
  function showError(error) {
    if (message.text === (error?.message ?? '')) return;
    message.text = error?.message ?? '';
    box.hidden = Boolean(error);
    fill(message, error && errorNotice(title, error, () => load()));
  }

  function showSources(sources) {
    oldest = sources.map(s => s.at).filter(Boolean).sort()[0] ?? null;
    isWaiting = sources.some(s => s.reason === 'waiting');
    const gaps = sources.filter(s => s.reason).map(s => `${s.gateway}: ${s.at ? 'incomplete' : 'unknown'}, ${reasonText(s.reason)}`);
    missing.hidden = !gaps.length;
    setText(missing, sanitize(gaps.join(' · '), 400));
    showAge();
  }

  function showAge() {
    setText(told, oldest ? `told ${age(oldest)} ago` : '');
    setAttr(told, 'title', oldest && timestamp(oldest));
    const isOld = oldest !== null && now() - Date.parse(oldest) > OLD_MS;
    setClass(told, 'warn', isOld);
    setClass(told, 'soft', !isOld);
    setClass(box, 'stale', isOld);
  }

  return {
    node,
    /** Forgets further pages, and loads what another filter selects. */
    reload() {
      [items, cursor] = [[], null];
      load();
    },
    /** Loads the same again, unless that is too much. */
    refresh() {
      if (!isLoading && items.length <= MAX_REFRESHED) load();
    },
    /** Shows its age, and loads again when it is time to. */
    tick() {
      showAge();
      if (now() - requestedAt >= (isWaiting ? WAITING_MS : every)) this.refresh();
    },
    /** Shows the same in another way. */
    render() {
      if (shown) show(items, shown);
    },
  };
}

/** Calls a function once the user stops typing. */
export function whenTyped(action) {
  let pause = null;
  return () => {
    clearTimeout(pause);
    pause = setTimeout(action, TYPING_MS);
  };
}

export const select = (testid, label, options, onChange) => h(
  'select', { 'data-testid': testid, 'aria-label': label, on: { change: event => onChange(event.target.value) } },
  Object.entries(options).map(([value, text]) => h('option', { value }, text)),
);

/** Chooses one gateway, or all; shown only where there are several. set(names, selected) */
export function gatewaySelect(testid, onChange) {
  const node = select(testid, 'Gateway', {}, onChange);
  return { node, set(names, selected) {
    const all = [...new Set([...names, ...(selected ? [selected] : [])])];
    if (node.childElementCount !== all.length + 1 || all.some((name, i) => node.options[i + 1].value !== name))
      fill(node, h('option', { value: '' }, 'All gateways'), all.map(name => h('option', { value: name }, sanitize(name, 60))));
    node.value = selected;
    node.hidden = all.length < 2 && !selected;
  } };
}

export const noGateway = () => h('div', { hidden: true }, notice('empty', 'No gateway is watched', null,
  h('p', {}, 'Gateways are listed in fleet.yml, or added in the view ', h('a', { href: hrefOf('targets') }, 'Targets'), '.')));
