// A form in the dialog: fields, the service's error for each of them, and a submit button.
import { actions, cancelButton, closeDialog, openDialog } from './dialog.js';
import { h } from '../core/dom.js';
import { sanitize } from '../core/text.js';
import { toast } from '../core/ui.js';

/**
 * @param fields [label, control, name of the field in the service's errors]
 * @param danger whether the action destroys something
 * @param cancelLabel text of the button that only closes the dialog
 * @param more what follows the fields
 * @param buttons further buttons, before the one that submits
 * @param onClose called when the dialog is closed
 * @param submit sends the form; if it throws an ApiError, the form shows it
 */
export function formDialog({ title, testid, intro, fields = [], submitLabel, cancelLabel, danger, more, buttons, onClose, submit }) {
  const errorText = h('p', { class: 'bad', role: 'alert', 'data-testid': `${testid}-error` });
  const button = h('button', { class: danger ? 'danger' : 'primary', 'data-testid': `${testid}-submit` }, submitLabel);
  const fieldErrors = fields.map(([, , name]) => [name, h('span', { class: 'bad small' })]);
  /** Shows an ApiError at its fields, and what belongs to none of them below; null clears all. */
  function showError(error) {
    fieldErrors.forEach(([, node]) => { node.textContent = ''; });
    const unmatched = Object.entries(error?.fields ?? {}).filter(([name, messages]) => {
      const fieldError = fieldErrors.find(([field]) => field === name)?.[1];
      if (fieldError) fieldError.textContent = sanitize([messages].flat().join(' '), 300);
      return !fieldError;
    });
    const rest = unmatched.map(([name, messages]) => `${name}: ${[messages].flat().join(' ')}`).join(' ');
    errorText.textContent = !error ? '' : rest ? sanitize(rest, 600) : Object.keys(error.fields ?? {}).length ? '' : error.message;
  }

  const form = h('form', { 'data-testid': testid, on: { submit: async event => {
    event.preventDefault();
    button.disabled = true;
    showError(null);
    try {
      await submit();
      closeDialog(form);
    } catch (error) {
      if (!form.isConnected) return toast(`${title} ${error.message}`, 'bad');
      showError(error);
      button.disabled = false;
    }
    return undefined;
  } } }, intro, fields.map(([label, control], i) => h('label', { class: 'field' }, label, control, fieldErrors[i][1])),
  more, errorText, actions(cancelButton(cancelLabel), buttons, button));
  openDialog(title, form, onClose);
  return { form, showError };
}
