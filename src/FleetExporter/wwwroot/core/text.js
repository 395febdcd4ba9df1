// Text from machines: no escape sequences, what is invisible made visible, length capped.
import { h } from './dom.js';

const ESCAPES =
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[PX^_][^\u001b]*(?:\u001b\\)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;
const UNSEEN = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** @param {number} cap most characters. Tabs and line feeds stay only where several lines may be shown. */
export function clean(value, cap = 200, lines = false) {
  if (value === null || value === undefined) return '';
  let text = String(value);
  const long = text.length > cap * 2;
  if (long) text = text.slice(0, cap * 2);
  text = text.replace(ESCAPES, '').replace(UNSEEN, c => `‹U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`);
  if (!lines) text = text.replace(/[\t\n]/g, ' ');
  text = text.replace(CONTROLS, c => (c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : '␡'));
  if (text.length <= cap && !long) return text;
  const cut = text.slice(0, cap);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** The same as an element of its own direction, so that it cannot reorder what stands beside it. */
export const remote = (value, cap, props) => h('bdi', props, clean(value, cap));
