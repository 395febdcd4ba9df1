// Shows the view of the hash: #hosts/NAME?q=x is `hosts` with NAME and the setting q. Loads the first view's module, then all others.
import { byId, setAttr } from './dom.js';
import { change, state } from './store.js';
import { dismissToasts, errorNotice } from './ui.js';

const views = new Map();
let current = null;
let started = false;

/** @param load imports the module; its `view` has mount(root), show(argument, params), update(topics), hide(). */
export function addView(name, load) {
  views.set(name, { name, load, root: byId(`view-${name}`), view: null });
}

export const currentView = () => current?.name;

function parseHash(hash) {
  const [path, query] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const [name, ...rest] = path.split('/');
  let argument = rest.join('/');
  try {
    argument = decodeURIComponent(argument);
  } catch { /* invalid escape: use the text as it is */ }
  return { name: views.has(name) ? name : 'overview', argument, params: new URLSearchParams(query ?? '') };
}

const queryOf = settings => {
  const params = new URLSearchParams(Object.entries(settings ?? {}).filter(([, value]) => value !== '' && value !== null && value !== undefined));
  return params.size ? `?${params}` : '';
};

export const hrefOf = (name, argument, settings) => `#${name}${argument ? `/${encodeURIComponent(argument)}` : ''}${queryOf(settings)}`;

export function navigate(name, argument, settings) {
  location.hash = hrefOf(name, argument, settings);
}

/**
 * Settings of a view, such as its filter, which are kept in the address so that a link or a reload shows the same.
 * @param {object} defaults texts; a setting with its default is not in the address.
 */
export function viewSettings(defaults) {
  const settings = { ...defaults };
  return { settings, read(params) {
    for (const [name, value] of Object.entries(defaults)) settings[name] = params.get(name) ?? value;
  }, set(name, value) {
    settings[name] = value;
    const { name: view, argument } = parseHash(location.hash);
    const changed = Object.fromEntries(Object.entries(settings).filter(([key, text]) => text !== defaults[key]));
    history.replaceState(null, '', hrefOf(view, argument, changed));
  } };
}

async function route(focus) {
  const { name, argument, params } = parseHash(location.hash);
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
  entry.view.show?.(argument, params);
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
