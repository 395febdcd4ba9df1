// Keys; not while something is typed.
import { actions, cancelButton, openDialog } from './dialog.js';
import { byId, h } from '../core/dom.js';
import { currentView, go } from '../core/router.js';
import { next } from '../core/theme.js';

const VIEWS = { o: 'overview', h: 'hosts', s: 'sessions', j: 'jobs', e: 'exec', a: 'alerts' };
const HELP = [
  ['/', 'filter the view'],
  ...Object.entries(VIEWS).map(([key, view]) => [`g ${key}`, view]),
  ['t', 'next theme'],
  ['Esc', 'close, or leave the filter'],
  ['?', 'this help'],
];

let leader = 0;

const types = node => node.matches?.('input:not([type="checkbox"]):not([type="radio"]), textarea, select') === true;

export function setUpKeys() {
  byId('help-button').addEventListener('click', help);
  byId('skip').addEventListener('click', event => {
    event.preventDefault();
    byId('main').focus();
  });
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (types(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (byId('dialog').open) return;
    if (Date.now() - leader < 1500 && VIEWS[event.key]) {
      go(VIEWS[event.key]);
      event.preventDefault();
    } else if (event.key === '/') {
      byId(`view-${currentView()}`).querySelector('.filter')?.focus();
      event.preventDefault();
    } else if (event.key === '?') help();
    else if (event.key === 't') next();
    leader = event.key === 'g' ? Date.now() : 0;
  });
}

function help() {
  openDialog('Keys', [
    h(
      'dl',
      { class: 'keys', 'data-testid': 'help' },
      HELP.map(([keys, what]) => [
        h(
          'dt',
          {},
          keys.split(' ').map(k => h('kbd', {}, k)),
        ),
        h('dd', {}, what),
      ]),
    ),
    actions(h('a', { class: 'button', href: '/docs/page' }, 'About this page'), cancelButton('Close')),
  ]);
}
