// Shows the view of the hash: #hosts/NAME is `hosts` with NAME. Loads the first view's module, then all others.
import { byId, setAttr } from './dom.js';
import { change, state } from './store.js';
import { dismissToasts, errorNotice } from './ui.js';

const views = new Map();
let current = null;
let started = false;

/** @param load imports the module; its `view` has mount(root), show(argument), update(topics), hide(). */
export function addView(name, load) {
  views.set(name, { name, load, root: byId(`view-${name}`), view: null });
}

export const currentView = () => current?.name;

function parseHash(hash) {
  const [name, ...rest] = hash.replace(/^#/, '').split('/');
  let argument = rest.join('/');
  try {
    argument = decodeURIComponent(argument);
  } catch { /* invalid escape: use the text as it is */ }
  return { name: views.has(name) ? name : 'overview', argument };
}

export const hrefOf = (name, argument) => `#${name}${argument ? `/${encodeURIComponent(argument)}` : ''}`;

export function navigate(name, argument) {
  location.hash = hrefOf(name, argument);
}

async function route(focus) {
  const { name, argument } = parseHash(location.hash);
  const entry = views.get(name);
  const isNewView = current !== entry;
  if (isNewView) current?.view?.hide?.();
  current = entry;
  for (const each of views.values()) each.root.hidden = each !== entry;
  for (const tab of document.querySelectorAll('#tabs a')) {
    const isCurrent = tab.dataset.view === name;
    setAttr(tab, 'aria-current', isCurrent ? 'page' : null);
    if (isCurrent) tab.scrollIntoView({ block: 'nearest', inline: 'center' });
  }
  dismissToasts();
  if (focus && (isNewView || argument)) {
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
      const message = isLost ? 'The service does not answer. The view loads as soon as it does.' : 'Its script could not be loaded. Reload the page.';
      entry.root.replaceChildren(errorNotice('This view', { status: 0, message }, isLost ? null : () => location.reload()));
      return;
    }
    if (!entry.view) {
      entry.view = view;
      entry.root.replaceChildren();
      view.mount(entry.root);
    }
    if (current !== entry || parseHash(location.hash).argument !== argument) return;
  }
  entry.view.show?.(argument);
  change('view');
}

export async function startRouter() {
  addEventListener('hashchange', () => route(true));
  await route(false);
  setTimeout(() => { started = true; loadAllViews(); });
}

/** Loads every view's module, so that each view opens even when the service is gone. */
const loadAllViews = () => Promise.allSettled([...views.values()].map(entry => entry.load()));

/** Call when the service is reachable again: loads modules that failed to load. */
export function retryFailedViews() {
  if (!started) return;
  loadAllViews();
  if (!current.view) route(false);
}

export const isViewShown = () => Boolean(current?.view);

export function updateView(topics) {
  current?.view?.update?.(topics);
}
