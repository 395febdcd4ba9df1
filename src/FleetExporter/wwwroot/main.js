import { login, setUpAccess, showAccess } from './widgets/access.js';
import { get } from './core/api.js';
import { setUpBanner, showBanner } from './widgets/banner.js';
import { closeDialog, setUpDialog } from './widgets/dialog.js';
import { byId, h } from './core/dom.js';
import { parseDuration } from './core/format.js';
import { showHeader } from './widgets/header.js';
import { setUpShortcuts } from './widgets/shortcuts.js';
import { addView, isViewShown, retryFailedViews, startRouter, updateView } from './core/router.js';
import { change, isConnected, state, subscribe } from './core/store.js';
import { clearState } from './core/updates.js';
import { setUpThemes } from './core/theme.js';
import { notice } from './core/ui.js';

setUpThemes();
setUpDialog();
setUpBanner();
setUpShortcuts();
addView('overview', () => import('./views/overview.js'));
addView('hosts', () => import('./views/hosts.js'));
addView('gpus', () => import('./views/gpus.js'));
addView('sessions', () => import('./views/sessions.js'));
addView('targets', () => import('./views/targets.js'));
addView('agents', () => import('./views/agents.js'));
addView('logs', () => import('./views/logs.js'));
addView('jobs', () => import('./views/jobs.js'));
addView('exec', () => import('./views/exec.js'));
addView('alerts', () => import('./views/alerts.js'));
addView('events', () => import('./views/events.js'));

subscribe(topics => {
  if (topics.has('me')) {
    showAccess();
    showLoginPrompt();
    if (state.me) loadConfig();
  }
  if (topics.has('connection') && isConnected()) retryFailedViews();
  showHeader(topics);
  showBanner();
  if (state.me !== null) updateView(topics);
  markFirstValues();
});

startRouter();
setUpAccess();

// Updates ages and marks values as stale between messages.
setInterval(() => change('tick'), 5000);

// The thresholds may change while the page is open.
setInterval(() => { if (state.me && !document.hidden) loadConfig(); }, 30_000);

let isMarked = false;

/** Performance mark for benchmarks: the first values are shown. */
function markFirstValues() {
  if (isMarked || !state.hostsAt || !state.overview || !isViewShown()) return;
  isMarked = true;
  requestAnimationFrame(() => setTimeout(() => performance.mark('fleet-shown')));
}

/** Hides all views behind a login prompt while the service requires a key. */
function showLoginPrompt() {
  const main = byId('main');
  const prompt = byId('login-prompt');
  main.classList.toggle('locked', state.me === null);
  if (state.me === null && !prompt) {
    clearState();
    closeDialog(); // what it shows needed the key, too
    const advice = 'Log in with a key that has the scope read to see the fleet, or control to run commands and jobs too.';
    const button = h('button', { type: 'button', class: 'primary', 'data-testid': 'login-prompt-button', on: { click: () => login() } }, 'Log in');
    main.prepend(h('div', { id: 'login-prompt', 'data-testid': 'login-prompt' }, notice('locked', 'This service needs a key', advice), button));
  } else if (state.me !== null) prompt?.remove();
}

async function loadConfig() {
  try {
    const config = await get('/api/config');
    change('config', s => { s.config = { ...config, interval: parseDuration(config.poll_interval) || 15, stale: config.stale_after_polls ?? 3 }; });
    const grafana = config.grafana_url;
    if (/^https?:\/\//.test(grafana ?? '')) {
      byId('grafana').href = grafana;
      byId('grafana').hidden = false;
    }
  } catch { /* keep the defaults */ }
}
