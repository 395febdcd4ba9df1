import { setUpAccess, showAccess, login } from './widgets/access.js';
import { get } from './core/api.js';
import { setUpBanner, showBanner } from './widgets/banner.js';
import { setUpDialog } from './widgets/dialog.js';
import { byId, h } from './core/dom.js';
import { duration } from './core/format.js';
import { showHeader } from './widgets/header.js';
import { setUpKeys } from './widgets/keys.js';
import { addView, isShown, recoverViews, startRouter, updateView } from './core/router.js';
import { change, isConnected, listen, state } from './core/store.js';
import { forgetAll } from './core/take.js';
import { setUpThemes } from './core/theme.js';
import { notice } from './core/ui.js';

setUpThemes();
setUpDialog();
setUpBanner();
setUpKeys();
addView('overview', () => import('./views/overview.js'));
addView('hosts', () => import('./views/hosts.js'));
addView('sessions', () => import('./views/sessions.js'));
addView('jobs', () => import('./views/jobs.js'));
addView('exec', () => import('./views/exec.js'));
addView('alerts', () => import('./views/alerts.js'));

listen(topics => {
  if (topics.has('me')) {
    showAccess();
    showDoor();
    if (state.me) readConfig();
  }
  if (topics.has('connection') && isConnected()) recoverViews();
  showHeader(topics);
  showBanner();
  if (state.me !== null) updateView(topics);
  markShown();
});

startRouter();
setUpAccess();

// Ages and what has become stale, also when nothing comes.
setInterval(() => change('tick'), 5000);

let shown = false;

/** The moment of the first values, for whoever measures. */
function markShown() {
  if (shown || !state.hostsAt || !state.overview || !isShown()) return;
  shown = true;
  requestAnimationFrame(() => setTimeout(() => performance.mark('fleet-shown')));
}

/** Without a key there is nothing to see but where to give one. */
function showDoor() {
  const main = byId('main');
  const door = byId('door');
  main.classList.toggle('shut', state.me === null);
  if (state.me === null && !door) {
    forgetAll();
    const advice = 'Log in with a key that has the scope read to see the fleet, or control to run commands and jobs too.';
    main.prepend(h('div', { id: 'door', 'data-testid': 'door' }, notice('locked', 'This service needs a key', advice)));
    byId('door').append(h('button', { type: 'button', class: 'go', 'data-testid': 'door-login', on: { click: () => login() } }, 'Log in'));
  } else if (state.me !== null) door?.remove();
}

async function readConfig() {
  try {
    const config = await get('/api/config');
    change('config', s => { s.config = { ...config, interval: duration(config.poll_interval) || 15, stale: config.stale_after_polls ?? 3 }; });
    const grafana = config.grafana_url;
    if (/^https?:\/\//.test(grafana ?? '')) {
      byId('grafana').href = grafana;
      byId('grafana').hidden = false;
    }
  } catch { /* the defaults do */ }
}
