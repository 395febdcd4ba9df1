// The dialog of the web page. Escape closes it, and so does a click beside it unless it has a form.
import { byId, createButton, fill, h } from '../core/dom.js';

let closeListener = null;

export function openDialog(title, content, onClose) {
  const dialog = byId('dialog');
  notifyClosed();
  fill(dialog, h('div', { class: 'body', 'data-testid': 'dialog-body' }, h('h2', { id: 'dialog-title' }, title), content));
  closeListener = onClose ?? null;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('[autofocus]')?.focus();
  return dialog;
}

/** @param content closes the dialog only while it shows this; a response may arrive after the user has closed it. */
export function closeDialog(content) {
  const dialog = byId('dialog');
  if (!content || dialog.contains(content)) dialog.close();
}

function notifyClosed() {
  const listener = closeListener;
  closeListener = null;
  listener?.();
}

export function setUpDialog() {
  const dialog = byId('dialog');
  dialog.addEventListener('close', () => {
    if (dialog.open) return; // it has been opened again with other content
    dialog.replaceChildren();
    notifyClosed();
  });
  let pressedOn = null; // a text selection may end on the backdrop, which must not close the dialog
  dialog.addEventListener('pointerdown', event => { pressedOn = event.target; });
  dialog.addEventListener('click', event => {
    if (event.target === dialog && pressedOn === dialog && !dialog.querySelector('form')) dialog.close();
  });
}

export const actions = (...buttons) => h('div', { class: 'actions' }, buttons);

/** Closes the dialog. It has the focus unless a field takes it, so that an accidental Enter does no harm. */
export const cancelButton = (text = 'Cancel') => createButton(text, 'dialog-cancel', () => closeDialog(), { autofocus: true });
