// #hosts/NAME shows the view `hosts` with NAME. The script of the first view is loaded first, those of the others right after it.
import { byId, setAttr } from './dom.js';
import { change, state } from './store.js';
import { leaveToasts, problem } from './ui.js';

const views = new Map();
let current = null;
let started = false;

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
  leaveToasts();
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
      const isLost = state.connection === 'lost';
      const message = isLost ? 'The service does not answer. The view is loaded when it does.' : 'Its script could not be loaded. Reload the page.';
      entry.root.replaceChildren(problem('This view', { status: 0, message }, isLost ? null : () => location.reload()));
      return;
    }
    if (!entry.view) {
      entry.view = view;
      entry.root.replaceChildren();
      view.mount(entry.root);
    }
    if (current !== entry || parse(location.hash).argument !== argument) return;
  }
  entry.view.show?.(argument);
  change('view');
}

export async function startRouter() {
  addEventListener('hashchange', () => route(true));
  await route(false);
  setTimeout(() => {
    started = true;
    preload();
  });
}

/** A tab that nobody has visited works without the service too. */
const preload = () => Promise.allSettled([...views.values()].map(entry => entry.load()));

/** The service is there again: scripts that could not be loaded are asked for again. Does nothing where all are there. */
export function recoverViews() {
  if (!started) return;
  preload();
  if (!current.view) route(false);
}

export const isShown = () => Boolean(current?.view);

export function updateView(topics) {
  current?.view?.update?.(topics);
}
