// Elements are made here and nowhere else from markup: text from hosts can only become text.

/** h('p', {class: 'x', on: {click}}, 'text', node, [more]); null and false are left out. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'value' || name === 'checked' || name === 'disabled') node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  append(node, children);
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, props, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

export const byId = id => document.getElementById(id);

/** Writes only what has changed: selections and screen readers are left in peace. */
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
  append(node, children);
  return node;
}

/**
 * Makes the children of parent those of items, keeping elements by key, so that focus and scroll stay.
 * make(item) gives {node, update(item)}.
 */
export function keyed(parent, items, key, make) {
  const before = parent.keyedParts ?? new Map();
  const after = new Map();
  const wanted = new Map();
  for (const item of items) if (!wanted.has(key(item))) wanted.set(key(item), item);
  for (const [k, part] of before) {
    if (!wanted.has(k)) {
      part.drop?.();
      part.node.remove();
    }
  }
  let at = parent.firstChild;
  for (const [k, item] of wanted) {
    const part = before.get(k) ?? make(item);
    part.update?.(item);
    after.set(k, part);
    if (part.node === at) at = at.nextSibling;
    else if (part.node.parentNode === parent && parent.moveBefore) parent.moveBefore(part.node, at);
    else parent.insertBefore(part.node, at);
  }
  parent.keyedParts = after;
  return after;
}
