// A table whose rows are reused: each column says what its cell has.
import { h, keyed, setClass, setText } from '../core/dom.js';

/**
 * @param columns [name, text(row), options]: options.number aligns right, options.wide takes a whole line on a phone, options.tone(row) colours
 * the text, and options.node(row) makes an element, once per row, in place of the text.
 * @param key identifies a row; a changed key makes a new row.
 */
export function dataTable(testid, columns, key, rowTestid) {
  const body = h('tbody');
  const heading = ([name, , options]) =>
    h('th', { scope: 'col', class: options?.number ? 'number' : null }, name || h('span', { class: 'visually-hidden' }, 'Actions'));
  const node = h('div', { class: 'scroll' }, h('table', { class: 'table', 'data-testid': testid },
    h('thead', {}, h('tr', {}, columns.map(heading))), body));
  const makeRow = first => {
    const cells = columns.map(([name, , options]) => h(
      'td',
      { class: [options?.number ? 'number' : '', options?.wide ? 'wide' : ''].join(' ').trim() || null, 'data-name': name || null },
      options?.node?.(first),
    ));
    return { node: h('tr', { 'data-testid': rowTestid ?? `${testid}-row`, 'data-key': key(first) }, cells), update(row) {
      columns.forEach(([, text, options], i) => {
        if (!options?.node) setText(cells[i], text(row) ?? '');
        const tone = options?.tone?.(row) ?? '';
        for (const name of ['ok', 'warn', 'bad', 'soft']) setClass(cells[i], name, tone === name);
      });
    } };
  };
  return { node, set(rows) {
    node.hidden = rows.length === 0;
    keyed(body, rows, key, makeRow);
  } };
}
