// Changes of state as they are seen by this page, kept for this tab.
import { state } from './store.js';
import { clean } from './text.js';

const KEY = 'fleet-log';
const MOST = 200;

try {
  state.log = JSON.parse(sessionStorage.getItem(KEY) ?? '[]').slice(0, MOST);
} catch { /* storage is off, or holds something else */ }

export function emptyLog() {
  state.log.length = 0;
  keep();
}

/** @param {string} from null where it was not known before: then nothing is written. */
export function note(what, from, to, reason, time = Date.now()) {
  if (from === to || from === null || from === undefined) return;
  state.log.unshift({ at: time, what: clean(what, 80), from, to, reason: clean(reason, 200) });
  state.log.length = Math.min(state.log.length, MOST);
  keep();
}

function keep() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state.log));
  } catch { /* storage is off or full */ }
}
