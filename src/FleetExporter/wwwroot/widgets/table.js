// A table whose rows are reused: each column says what its cell has.
import { h, keyed, setAttr, setClass, setText } from '../core/dom.js';

/**
 * @param columns [name, text(row), options]: options.number aligns right, options.wide takes a whole line on a phone, options.tone(row) colours
 * the text, options.title(row) explains it, options.node(row) makes an element, once per row, in place of the text, and options.part(row) makes
 * {node, update(row)}.
 * @param key identifies a row; a changed key makes a new row.
 * @param fold rows that unfold: isOpen(row), and make(row), which makes {node, update(row)} below it.
 */
export function dataTable(testid, columns, key, rowTestid, fold) {
  const body = h('tbody');
  const heading = ([name, , options]) =>
    h('th', { scope: 'col', class: options?.number ? 'number' : null }, name || h('span', { class: 'visually-hidden' }, 'Actions'));
  const node = h('div', { class: 'scroll' }, h('table', { class: 'table', 'data-testid': testid },
    h('thead', {}, h('tr', {}, columns.map(heading))), body));
  const makeRow = first => {
    const parts = columns.map(([, , options]) => options?.part?.(first));
    const cells = columns.map(([name, , options], i) => h(
      'td',
      { class: [options?.number ? 'number' : '', options?.wide ? 'wide' : ''].join(' ').trim() || null, 'data-name': name || null },
      parts[i]?.node ?? options?.node?.(first),
    ));
    return { node: h('tr', { 'data-testid': rowTestid ?? `${testid}-row`, 'data-key': key(first) }, cells), update({ row }) {
      columns.forEach(([, text, options], i) => {
        if (parts[i]) parts[i].update?.(row);
        else if (!options?.node) setText(cells[i], text(row) ?? '');
        if (options?.title) setAttr(cells[i], 'title', options.title(row));
        const tone = options?.tone?.(row) ?? '';
        for (const name of ['ok', 'warn', 'bad', 'soft']) setClass(cells[i], name, tone === name);
      });
    } };
  };
  const makeFold = first => {
    const part = fold.make(first);
    return {
      node: h('tr', { class: 'unfolded', 'data-testid': `${testid}-unfolded` }, h('td', { class: 'wide', colspan: columns.length }, part.node)),
      update: ({ row }) => part.update?.(row),
    };
  };
  return { node, set(rows) {
    node.hidden = rows.length === 0;
    const lines = rows.flatMap(row => [{ row, id: key(row) }, ...(fold?.isOpen(row) ? [{ row, id: `${key(row)} unfolded`, isFold: true }] : [])]);
    keyed(body, lines, line => line.id, line => (line.isFold ? makeFold : makeRow)(line.row));
  } };
}
