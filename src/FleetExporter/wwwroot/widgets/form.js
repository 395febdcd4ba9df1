// A form in the dialog: fields, the service's error for each of them, and a submit button.
import { actions, cancelButton, closeDialog, openDialog } from './dialog.js';
import { h } from '../core/dom.js';
import { sanitize } from '../core/text.js';
import { toast } from '../core/ui.js';

/**
 * @param fields [label, control, name of the field in the service's errors]
 * @param danger whether the action destroys something
 * @param cancelLabel text of the button that only closes the dialog
 * @param submit sends the form; if it throws an ApiError, the form shows it
 */
export function formDialog({ title, testid, intro, fields = [], submitLabel, cancelLabel, danger, submit }) {
  const errorText = h('p', { class: 'bad', role: 'alert', 'data-testid': `${testid}-error` });
  const button = h('button', { class: danger ? 'danger' : 'primary', 'data-testid': `${testid}-submit` }, submitLabel);
  const fieldErrors = fields.map(([, , name]) => [name, h('span', { class: 'bad small' })]);
  const form = h('form', { 'data-testid': testid, on: { submit: async event => {
    event.preventDefault();
    button.disabled = true;
    errorText.textContent = '';
    fieldErrors.forEach(([, node]) => { node.textContent = ''; });
    try {
      await submit();
      closeDialog(form);
    } catch (error) {
      if (!form.isConnected) return toast(`${title} ${error.message}`, 'bad');
      const unmatched = Object.entries(error.fields ?? {}).filter(([name, messages]) => {
        const fieldError = fieldErrors.find(([field]) => field === name)?.[1];
        if (fieldError) fieldError.textContent = sanitize([messages].flat().join(' '), 300);
        return !fieldError;
      });
      errorText.textContent = unmatched.length || !Object.keys(error.fields ?? {}).length ? error.message : '';
      button.disabled = false;
    }
    return undefined;
  } } }, intro, fields.map(([label, control], i) => h('label', { class: 'field' }, label, control, fieldErrors[i][1])),
  errorText, actions(cancelButton(cancelLabel), button));
  openDialog(title, form);
}
