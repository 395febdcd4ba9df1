// The one dialog of the page; what it shows is made anew each time. Escape and the backdrop close it.
import { byId, fill, h } from './dom.js';

let whenClosed = null;

export function openDialog(title, content, closed) {
  const dialog = byId('dialog');
  if (dialog.open) closeDialog();
  fill(dialog, h('div', { class: 'body', 'data-testid': 'dialog-body' }, h('h2', { id: 'dialog-title' }, title), content));
  whenClosed = closed ?? null;
  dialog.showModal();
  dialog.querySelector('[autofocus]')?.focus();
  return dialog;
}

export function closeDialog() {
  byId('dialog').close();
}

export function setUpDialog() {
  const dialog = byId('dialog');
  dialog.addEventListener('close', () => {
    const call = whenClosed;
    whenClosed = null;
    dialog.replaceChildren();
    call?.();
  });
  dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
}

export const actions = (...buttons) => h('div', { class: 'actions' }, buttons);

export const cancelButton = (text = 'Cancel') => h('button', { type: 'button', 'data-testid': 'dialog-cancel', on: { click: closeDialog } }, text);
