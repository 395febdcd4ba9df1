// The one dialog of the page; what it shows is made anew each time. Escape closes it, and the backdrop where nothing was typed.
import { byId, fill, h } from '../core/dom.js';

let whenClosed = null;

export function openDialog(title, content, closed) {
  const dialog = byId('dialog');
  leave();
  fill(dialog, h('div', { class: 'body', 'data-testid': 'dialog-body' }, h('h2', { id: 'dialog-title' }, title), content));
  whenClosed = closed ?? null;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('[autofocus]')?.focus();
  return dialog;
}

/** @param own closes it only while it shows this; what an answer belongs to may have been closed before it came. */
export function closeDialog(own) {
  const dialog = byId('dialog');
  if (!own || dialog.contains(own)) dialog.close();
}

function leave() {
  const call = whenClosed;
  whenClosed = null;
  call?.();
}

export function setUpDialog() {
  const dialog = byId('dialog');
  dialog.addEventListener('close', () => {
    if (dialog.open) return; // it shows something else by now
    dialog.replaceChildren();
    leave();
  });
  let pressed = null; // a selection that is dragged out of a field ends on the backdrop
  dialog.addEventListener('pointerdown', event => { pressed = event.target; });
  dialog.addEventListener('click', event => { if (event.target === dialog && pressed === dialog && !dialog.querySelector('form')) dialog.close(); });
}

export const actions = (...buttons) => h('div', { class: 'actions' }, buttons);

/** The button that does nothing but close. It has the focus where no field wants it: what is pressed by mistake does no harm. */
export const cancelButton = (text = 'Cancel') =>
  h('button', { type: 'button', 'data-testid': 'dialog-cancel', autofocus: true, on: { click: () => closeDialog() } }, text);
