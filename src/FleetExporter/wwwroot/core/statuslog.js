// Log of status changes that happened while this tab was open, kept in its session storage.
import { state } from './store.js';
import { sanitize } from './text.js';

const STORAGE_KEY = 'fleet-log';
const MAX_ENTRIES = 200;

try {
  state.log = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]').slice(0, MAX_ENTRIES);
} catch { /* storage is disabled or has something else */ }

export function clearLog() {
  state.log.length = 0;
  save();
}

/** @param {string} from the previous status; if null or undefined, nothing is logged. */
export function logChange(what, from, to, reason, time = Date.now()) {
  if (from === to || from === null || from === undefined) return;
  state.log.unshift({ at: time, what: sanitize(what, 80), from, to, reason: sanitize(reason, 200) });
  state.log.length = Math.min(state.log.length, MAX_ENTRIES);
  save();
}

function save() {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(state.log));
  } catch { /* storage is disabled or full */ }
}
