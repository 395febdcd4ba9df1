// Output of a command: no escape sequences, \r overwrites its line, only the latest lines are kept.
import { plural } from '../core/format.js';
import { h } from '../core/dom.js';
import { sanitize } from '../core/text.js';

const MAX_LINES = 2000;
const MAX_LINE_LENGTH = 2000;
const MAX_CHARS_PER_FRAME = 200_000;

/** An escape sequence at the end of a chunk whose rest is in the next one. */
const UNFINISHED_ESCAPE = /\u001b(?:\][^\u0007\u001b]*|[PX^_][^\u001b]*|\[[0-?]*[ -/]*|[ -/]*)?$/;

export function output(label) {
  const lines = h('div', { class: 'output-lines' });
  const hiddenNote = h('p', { class: 'soft small', hidden: true });
  const node = h(
    'div',
    { class: 'output', role: 'log', 'aria-live': 'off', 'aria-label': label, tabindex: 0, 'data-testid': 'output' },
    hiddenNote,
    lines,
  );
  const carry = { stdout: '', stderr: '' };
  let pendingChunks = [];
  let hiddenLines = 0;
  let current = null; // the line without a line feed so far; it has no node if its beginning was skipped

  function write(kind, text) {
    let chunk = carry[kind] + text;
    const unfinished = UNFINISHED_ESCAPE.exec(chunk.slice(-300));
    carry[kind] = unfinished ? unfinished[0] : '';
    if (unfinished) chunk = chunk.slice(0, chunk.length - unfinished[0].length);
    if (pendingChunks.length === 0) requestAnimationFrame(flush);
    pendingChunks.push([kind, chunk]);
  }

  function flush() {
    const isAtBottom = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
    const chunks = pendingChunks;
    pendingChunks = [];
    let excess = chunks.reduce((sum, [, text]) => sum + text.length, 0) - MAX_CHARS_PER_FRAME;
    for (const [kind, text] of chunks) {
      const cut = Math.min(Math.max(excess, 0), text.length);
      excess -= text.length;
      if (cut > 0) countSkipped(kind, text.slice(0, cut));
      appendText(kind, text.slice(cut));
    }
    while (lines.childElementCount > MAX_LINES) {
      lines.firstChild.remove();
      hiddenLines++;
    }
    hiddenNote.hidden = hiddenLines === 0;
    hiddenNote.textContent = `${plural(hiddenLines, 'earlier line')} not shown`;
    if (isAtBottom) node.scrollTop = node.scrollHeight;
  }

  /** Counts the lines that begin in skipped text. */
  function countSkipped(kind, text) {
    const lines = text.split('\n');
    const isEnded = lines.at(-1) === '';
    hiddenLines += lines.length - (isEnded ? 1 : 0) - (current?.kind === kind ? 1 : 0);
    current = isEnded ? null : lines.length > 1 || current?.kind !== kind ? { kind } : current;
  }

  function appendText(kind, text) {
    const parts = text.replace(/\r+\n/g, '\n').split('\n');
    parts.forEach((part, i) => {
      if (i > 0) current = null;
      if (part === '' && i === parts.length - 1) return;
      if (current?.kind !== kind || !current.node) {
        if (current?.kind === kind) hiddenLines--; // the end of the skipped line is shown
        current = { kind, node: h('div', { class: kind }), raw: '' };
        lines.append(current.node);
      }
      if (part === '' && current.raw) return; // a line feed after \r
      const carriageReturn = part.lastIndexOf('\r', part.length - 2);
      const raw = carriageReturn >= 0 ? part.slice(carriageReturn + 1) : current.raw.endsWith('\r') ? part : current.raw + part;
      current.raw = raw.slice(0, MAX_LINE_LENGTH + 1);
      current.node.textContent = sanitize(current.raw.replace(/\r$/, ''), MAX_LINE_LENGTH, true);
    });
  }

  return { node, write, writeEvent(kind, data) {
    write(kind, data.encoding === 'base64' ? `[${Math.floor(data.data.length * 3 / 4)} bytes of binary output]\n` : data.data);
  } };
}
