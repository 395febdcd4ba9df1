// #hosts/NAME shows the view `hosts` with NAME. A view's script is loaded when it is first shown.
import { byId, setAttr } from './dom.js';
import { change } from './store.js';
import { problem } from './ui.js';

const views = new Map();
let current = null;

/** @param load gives the module; its `view` has mount(root), show(argument), update(topics), hide(). */
export function addView(name, load) {
  views.set(name, { name, load, root: byId(`view-${name}`), view: null });
}

export const currentView = () => current?.name;

function parse(hash) {
  const [name, ...rest] = hash.replace(/^#/, '').split('/');
  let argument = rest.join('/');
  try {
    argument = decodeURIComponent(argument);
  } catch { /* stays as it is */ }
  return { name: views.has(name) ? name : 'overview', argument };
}

export const hrefOf = (name, argument) => `#${name}${argument ? `/${encodeURIComponent(argument)}` : ''}`;

export function go(name, argument) {
  location.hash = hrefOf(name, argument);
}

async function route(focus) {
  const { name, argument } = parse(location.hash);
  const entry = views.get(name);
  const isOther = current !== entry;
  if (isOther) current?.view?.hide?.();
  current = entry;
  for (const each of views.values()) each.root.hidden = each !== entry;
  for (const tab of document.querySelectorAll('#tabs a')) {
    const here = tab.dataset.view === name;
    setAttr(tab, 'aria-current', here ? 'page' : null);
    if (here) tab.scrollIntoView({ block: 'nearest', inline: 'center' });
  }
  if (focus && (isOther || argument)) {
    scrollTo(0, 0);
    byId('main').focus({ preventScroll: true });
  }
  if (!entry.view) {
    let view;
    try {
      ({ view } = await entry.load());
    } catch (error) {
      console.error(error);
      entry.root.replaceChildren(problem('This view', { status: 0, message: 'Its script could not be loaded.' }, () => location.reload()));
      return;
    }
    if (!entry.view) {
      entry.view = view;
      view.mount(entry.root);
    }
    if (current !== entry || parse(location.hash).argument !== argument) return;
  }
  entry.view.show?.(argument);
  change('view');
}

export function startRouter() {
  addEventListener('hashchange', () => route(true));
  return route(false);
}

export const isShown = () => Boolean(current?.view);

export function updateView(topics) {
  current?.view?.update?.(topics);
}
