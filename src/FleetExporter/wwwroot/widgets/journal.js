// The last lines of the journal of a unit, read when asked for.
import { get } from '../core/api.js';
import { fill, h } from '../core/dom.js';
import { sanitize } from '../core/text.js';
import { errorNotice, loading } from '../core/ui.js';
import { actions, cancelButton, openDialog } from './dialog.js';

export async function showJournal(hostname, unit) {
  const body = h('div', { class: 'stack', 'data-testid': 'journal' }, loading('the journal'));
  openDialog(`Journal of ${sanitize(unit, 80)} on ${sanitize(hostname, 60)}`, [body, actions(cancelButton('Close'))]);
  try {
    const { lines, note } = await get(`/api/hosts/${encodeURIComponent(hostname)}/units/${encodeURIComponent(unit)}/journal`);
    fill(
      body,
      note ? h('p', { class: 'soft small' }, sanitize(note, 300)) : null,
      lines.length
        ? h('pre', { class: 'output', tabindex: 0, 'data-testid': 'journal-lines' }, lines.map(line => `${sanitize(line, 1000)}\n`))
        : h('p', { 'data-testid': 'journal-empty' }, 'The journal has no line of this unit.'),
    );
    body.querySelector('.output')?.scrollTo(0, 1e6);
  } catch (error) {
    fill(body, errorNotice('The journal', error));
  }
}
