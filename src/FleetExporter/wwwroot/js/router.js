// Hash routes: #hosts/NAME shows the view `hosts` with the argument NAME.
import { byId, setAttr } from './dom.js';

const views = new Map();
let current = null;

/** @param view {mount(root), show(argument), update(topics), hide()}; mounted when first shown. */
export function addView(name, view) {
  views.set(name, { ...view, root: byId(`view-${name}`), mounted: false });
}

export const currentView = () => current?.name;

export function parse(hash) {
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

function route(focus) {
  const { name, argument } = parse(location.hash);
  const view = views.get(name);
  const isOther = current?.name !== name;
  if (isOther) current?.view.hide?.();
  for (const [key, each] of views) each.root.hidden = key !== name;
  for (const tab of document.querySelectorAll('#tabs a')) {
    const here = tab.dataset.view === name;
    setAttr(tab, 'aria-current', here ? 'page' : null);
    if (here) tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  current = { name, view };
  if (!view.mounted) {
    view.mounted = true;
    view.mount(view.root);
  }
  view.show?.(argument);
  if (isOther && focus) {
    scrollTo(0, 0);
    byId('main').focus({ preventScroll: true });
  }
}

export function startRouter() {
  addEventListener('hashchange', () => route(true));
  route(false);
}

export function updateView(topics) {
  current?.view.update?.(topics);
}
