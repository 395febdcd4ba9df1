// Output of commands as lines of text: escapes out, \r overwrites its line, the latest lines kept.
import { count } from '../core/format.js';
import { h } from '../core/dom.js';
import { clean } from '../core/text.js';

const LINES = 2000;
const WIDTH = 2000;
const PER_FRAME = 200_000;

/** An escape sequence that is not whole yet waits for its rest. */
const OPEN = /\u001b(?:\][^\u0007\u001b]*|[PX^_][^\u001b]*|\[[0-?]*[ -/]*|[ -/]*)?$/;

export function output(label) {
  const lines = h('div', { class: 'lines-of-output' });
  const dropped = h('p', { class: 'soft small', hidden: true });
  const node = h(
    'div',
    { class: 'output', role: 'log', 'aria-live': 'off', 'aria-label': label, tabindex: 0, 'data-testid': 'output' },
    dropped,
    lines,
  );
  const carry = { stdout: '', stderr: '' };
  let waiting = [];
  let lost = 0;
  let current = null; // the line that is not ended yet; without a node where its beginning was cut away

  function write(kind, text) {
    let piece = carry[kind] + text;
    const open = OPEN.exec(piece.slice(-300));
    carry[kind] = open ? open[0] : '';
    if (open) piece = piece.slice(0, piece.length - open[0].length);
    if (waiting.length === 0) requestAnimationFrame(flush);
    waiting.push([kind, piece]);
  }

  function flush() {
    const bottom = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
    const taken = waiting;
    waiting = [];
    let over = taken.reduce((sum, [, text]) => sum + text.length, 0) - PER_FRAME;
    for (const [kind, text] of taken) {
      const cut = Math.min(Math.max(over, 0), text.length);
      over -= text.length;
      if (cut > 0) skip(kind, text.slice(0, cut));
      put(kind, text.slice(cut));
    }
    while (lines.childElementCount > LINES) {
      lines.firstChild.remove();
      lost++;
    }
    dropped.hidden = lost === 0;
    dropped.textContent = `${count(lost, 'earlier line')} not shown`;
    if (bottom) node.scrollTop = node.scrollHeight;
  }

  /** Counts the lines that begin in what is cut away. */
  function skip(kind, text) {
    const lines = text.split('\n');
    const isEnded = lines.at(-1) === '';
    lost += lines.length - (isEnded ? 1 : 0) - (current?.kind === kind ? 1 : 0);
    current = isEnded ? null : lines.length > 1 || current?.kind !== kind ? { kind } : current;
  }

  function put(kind, text) {
    const parts = text.replace(/\r+\n/g, '\n').split('\n');
    parts.forEach((part, i) => {
      if (i > 0) current = null;
      if (part === '' && i === parts.length - 1) return;
      if (current?.kind !== kind || !current.node) {
        if (current?.kind === kind) lost--; // its end is shown
        current = { kind, node: h('div', { class: kind }), raw: '' };
        lines.append(current.node);
      }
      if (part === '' && current.raw) return; // a line feed after \r
      const overwritten = part.lastIndexOf('\r', part.length - 2);
      current.raw = (overwritten >= 0 ? part.slice(overwritten + 1) : current.raw.endsWith('\r') ? part : current.raw + part).slice(0, WIDTH + 1);
      current.node.textContent = clean(current.raw.replace(/\r$/, ''), WIDTH, true);
    });
  }

  return { node, write, take(kind, data) {
    write(kind, data.encoding === 'base64' ? `[${Math.floor(data.data.length * 3 / 4)} bytes of binary output]\n` : data.data);
  } };
}
