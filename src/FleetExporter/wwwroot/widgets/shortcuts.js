// Keyboard shortcuts; inactive while the user types into a field or the dialog is open.
import { actions, cancelButton, openDialog } from './dialog.js';
import { byId, h } from '../core/dom.js';
import { currentView, navigate } from '../core/router.js';
import { nextTheme } from '../core/theme.js';

const VIEWS = {
  o: 'overview', h: 'hosts', g: 'gpus', s: 'sessions', t: 'targets', n: 'agents', l: 'logs', j: 'jobs', e: 'exec', a: 'alerts', v: 'events',
};
const SHORTCUTS = [
  ['/', 'filter the view'],
  ...Object.entries(VIEWS).map(([key, view]) => [`g ${key}`, view]),
  ['t', 'next theme'],
  ['Esc', 'close the dialog or leave the filter'],
  ['?', 'this help'],
];

let leaderPressedAt = 0;

const isTextInput = node => node.matches?.('input:not([type="checkbox"]):not([type="radio"]), textarea, select') === true;

export function setUpShortcuts() {
  byId('help-button').addEventListener('click', showHelp);
  byId('skip').addEventListener('click', event => { event.preventDefault(); byId('main').focus(); });
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTextInput(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (byId('dialog').open) return;
    if (Date.now() - leaderPressedAt < 1500 && VIEWS[event.key]) {
      navigate(VIEWS[event.key]);
      event.preventDefault();
    } else if (event.key === '/') {
      byId(`view-${currentView()}`).querySelector('.filter')?.focus();
      event.preventDefault();
    } else if (event.key === '?') showHelp();
    else if (event.key === 't') nextTheme();
    leaderPressedAt = event.key === 'g' ? Date.now() : 0;
  });
}

function showHelp() {
  openDialog('Keyboard shortcuts', [
    h(
      'dl',
      { class: 'keys', 'data-testid': 'help' },
      SHORTCUTS.map(([keys, what]) => [h('dt', {}, keys.split(' ').map(k => h('kbd', {}, k))), h('dd', {}, what)]),
    ),
    actions(h('a', { class: 'button', href: '/docs/page' }, 'About this page'), cancelButton('Close')),
  ]);
}
