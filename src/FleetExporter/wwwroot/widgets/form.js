// A form in the dialog: fields, the service's error for each of them, and a submit button.
import { actions, cancelButton, closeDialog, openDialog } from './dialog.js';
import { h, setAttr } from '../core/dom.js';
import { sanitize } from '../core/text.js';
import { toast, whileDisabled } from '../core/ui.js';

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
  const fieldErrors = fields.map(([, control, name]) => {
    const node = h('p', { class: 'bad small', id: `${testid}-${name}-error` });
    control.setAttribute('aria-describedby', node.id);
    return { name, control, node };
  });

  /** Shows an ApiError at its fields, of which the first gets the focus, and what belongs to none of them below; null clears all. */
  function showError(error) {
    const texts = new Map(Object.entries(error?.fields ?? {}).map(([name, messages]) => [name, [messages].flat().join(' ')]));
    for (const { name, control, node } of fieldErrors) {
      node.textContent = sanitize(texts.get(name) ?? '', 300);
      setAttr(control, 'aria-invalid', texts.has(name) ? 'true' : null);
    }
    fieldErrors.find(({ name }) => texts.has(name))?.control.focus();
    const rest = [...texts].filter(([name]) => !fieldErrors.some(field => field.name === name)).map(entry => entry.join(': ')).join(' ');
    errorText.textContent = rest ? sanitize(rest, 600) : texts.size ? '' : error?.message ?? '';
  }

  const form = h('form', { 'data-testid': testid, on: { submit: async event => {
    event.preventDefault();
    if (button.disabled) return;
    showError(null);
    await whileDisabled(button, async () => {
      try {
        await submit();
        closeDialog(form);
      } catch (error) {
        if (form.isConnected) showError(error);
        else toast(`${title}: ${error.message}`, 'bad');
      }
    });
  } } }, intro, fields.map(([label, control], i) => h('div', {}, h('label', { class: 'field' }, label, control), fieldErrors[i].node)),
  more, errorText, actions(cancelButton(cancelLabel), buttons, button));
  openDialog(title, form, onClose);
  return { form, showError };
}
