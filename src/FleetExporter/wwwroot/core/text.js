// Sanitizes text from machines: removes escape sequences, shows invisible characters, limits the length.
import { h } from './dom.js';

const ESCAPE_SEQUENCES =
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[PX^_][^\u001b]*(?:\u001b\\)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;
const INVISIBLE_CHARACTERS = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** @param {boolean} multiline keeps tabs and line feeds. */
export function sanitize(value, maxLength = 200, multiline = false) {
  if (value === null || value === undefined) return '';
  let text = String(value);
  const isLong = text.length > maxLength * 2;
  if (isLong) text = text.slice(0, maxLength * 2);
  const codePoint = c => `‹U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`;
  text = text.replace(ESCAPE_SEQUENCES, '').replace(INVISIBLE_CHARACTERS, codePoint);
  if (!multiline) text = text.replace(/[\t\n]/g, ' ');
  text = text.replace(CONTROL_CHARACTERS, c => (c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : '␡'));
  if (text.length <= maxLength && !isLong) return text;
  const cut = text.slice(0, maxLength);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** Sanitized text in a bdi element: its writing direction does not affect the text around it. */
export const remoteText = (value, maxLength, props) => h('bdi', props, sanitize(value, maxLength));
