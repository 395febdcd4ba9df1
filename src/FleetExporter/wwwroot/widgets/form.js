// A form in the dialog: fields, what the service says is wrong with each, and one button.
import { actions, cancelButton, closeDialog, openDialog } from './dialog.js';
import { h } from '../core/dom.js';
import { clean } from '../core/text.js';
import { toast } from '../core/ui.js';

/**
 * @param fields [label, control, name of the field in the service's errors]; submit() may throw an ApiError, which is shown.
 * @param danger for what destroys.
 * @param keep the text of the button that only closes.
 */
export function formDialog({ title, testid, intro, fields = [], go, keep, danger, submit }) {
  const wrong = h('p', { class: 'bad', role: 'alert', 'data-testid': `${testid}-error` });
  const button = h('button', { class: danger ? 'danger' : 'go', 'data-testid': `${testid}-submit` }, go);
  const said = fields.map(([, , name]) => [name, h('span', { class: 'bad small' })]);
  const form = h('form', { 'data-testid': testid, on: { submit: async event => {
    event.preventDefault();
    button.disabled = true;
    wrong.textContent = '';
    said.forEach(([, node]) => { node.textContent = ''; });
    try {
      await submit();
      closeDialog(form);
    } catch (error) {
      if (!form.isConnected) return toast(`${title} ${error.message}`, 'bad');
      const rest = Object.entries(error.fields ?? {}).filter(([name, messages]) => {
        const place = said.find(([field]) => field === name)?.[1];
        if (place) place.textContent = clean([messages].flat().join(' '), 300);
        return !place;
      });
      wrong.textContent = rest.length || !Object.keys(error.fields ?? {}).length ? error.message : '';
      button.disabled = false;
    }
    return undefined;
  } } }, intro, fields.map(([label, control], i) => h('label', { class: 'field' }, label, control, said[i][1])),
  wrong, actions(cancelButton(keep), button));
  openDialog(title, form);
}
