// Creates and updates elements. No module parses markup: text from hosts can only become text nodes.

/** h('p', {class: 'x', on: {click}}, 'text', node, [more]); skips null and false. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'value' || name === 'checked' || name === 'disabled') node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  appendAll(node, children);
  return node;
}

/** A button outside of forms; props are further attributes. */
export const createButton = (text, testid, click, props) =>
  h('button', { type: 'button', 'data-testid': testid, on: { click }, ...props }, text);

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, props, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function appendAll(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) appendAll(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

export const byId = id => document.getElementById(id);

/** Writes only if the text differs, so that selections survive and screen readers do not repeat it. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setClass(node, name, on) {
  if (node.classList.contains(name) !== on) node.classList.toggle(name, on);
}

export function setAttr(node, name, value) {
  if (value === null || value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export function setVar(node, name, value) {
  if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
}

export function fill(node, ...children) {
  node.replaceChildren();
  appendAll(node, children);
  return node;
}

/**
 * Makes the children of parent match items. Elements are reused by key, so that focus and scroll position survive.
 * make(item) returns {node, update(item), dispose()}; update and dispose are optional.
 */
export function keyed(parent, items, key, make) {
  const previousParts = parent.keyedParts ?? new Map();
  const nextParts = new Map();
  const itemsByKey = new Map();
  for (const item of items) if (!itemsByKey.has(key(item))) itemsByKey.set(key(item), item);
  for (const [k, part] of previousParts) {
    if (!itemsByKey.has(k)) {
      part.dispose?.();
      part.node.remove();
    }
  }
  let cursor = parent.firstChild;
  for (const [k, item] of itemsByKey) {
    const part = previousParts.get(k) ?? make(item);
    part.update?.(item);
    nextParts.set(k, part);
    if (part.node === cursor) cursor = cursor.nextSibling;
    else if (part.node.parentNode === parent && parent.moveBefore) parent.moveBefore(part.node, cursor);
    else parent.insertBefore(part.node, cursor);
  }
  parent.keyedParts = nextParts;
  return nextParts;
}
