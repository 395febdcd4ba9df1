// Login and logout. The browser sends the key once; the cookie of the login session is hidden from scripts.
import { get, onAuditFailure, onUnauthorized, post } from '../core/api.js';
import { actions, cancelButton, closeDialog, openDialog } from './dialog.js';
import { byId, h } from '../core/dom.js';
import { onReconnect, reconnect, start } from '../core/live.js';
import { change, hasScope, state } from '../core/store.js';
import { toast } from '../core/ui.js';

let lastUserName = null;

async function loadCurrentUser() {
  try {
    setCurrentUser(await get('/api/me', { quiet: true }));
  } catch (error) {
    if (error.status === 401 || error.status === 403) setCurrentUser(null);
    else throw error;
  }
}

const setCurrentUser = me => { if (state.me === undefined || JSON.stringify(state.me) !== JSON.stringify(me)) change('me', s => { s.me = me; }); };

export async function setUpAccess() {
  byId('login-button').addEventListener('click', () => login());
  byId('logout-button').addEventListener('click', logout);
  onUnauthorized(() => {
    if (state.me) loadCurrentUser().catch(() => {});
  });
  onAuditFailure(() => toast('The service could not write its audit log; its own log has the reason.', 'bad'));
  // The service may have restarted, or the login session has expired.
  onReconnect(() => { if (state.me !== undefined) loadCurrentUser().catch(() => {}); });
  await redeemLoginLink(window.loginCode);
  addEventListener('hashchange', async () => {
    const code = window.takeLoginCode();
    if (code && await redeemLoginLink(code)) location.reload();
  });
  start(); // also shows if the service is unreachable
  while (state.me === undefined) await loadCurrentUser().catch(() => new Promise(done => setTimeout(done, 1000)));
}

/** Logs in with the code of a link that the exporter has printed; it works once. */
async function redeemLoginLink(code) {
  if (!code) return false;
  try {
    await post('/api/login', { code }, { quiet: true });
    toast('Logged in with the link.', 'ok');
    return true;
  } catch (error) {
    toast(`The link did not log you in. ${error.message}`, 'bad');
    return false;
  }
}

export function login(reason) {
  const key = h('input', {
    type: 'password',
    id: 'login-key',
    'data-testid': 'login-key',
    name: 'key',
    autocomplete: 'current-password',
    autofocus: true,
    required: true,
  });
  const errorText = h('p', { class: 'bad', role: 'alert', 'data-testid': 'login-error' });
  const submit = h('button', { class: 'primary', 'data-testid': 'login-submit' }, 'Log in');
  const form = h(
    'form',
    {
      'data-testid': 'login',
      on: {
        submit: async event => {
          event.preventDefault();
          submit.disabled = true;
          errorText.textContent = '';
          try {
            await post('/api/login', { key: key.value.trim() }, { quiet: true });
            await loadCurrentUser();
            if (lastUserName && state.me?.name !== lastUserName) return location.reload(); // clears the data of the previous user
            closeDialog(form);
            reconnect();
            toast(`Logged in as ${state.me?.name ?? 'nobody'}.`, 'ok');
          } catch (error) {
            errorText.textContent = error.message;
            key.select();
          }
          submit.disabled = false;
          return undefined;
        },
      },
    },
    reason ? h('p', {}, reason) : null,
    h('label', { class: 'field' }, 'Key', key),
    h(
      'p',
      { class: 'soft small' },
      'The admin key of the service is in data_dir/admin.key; others come from ',
      h('code', {}, 'fleet-exporter key new'),
      '. Commands, jobs and kills need the scope control.',
    ),
    errorText,
    actions(cancelButton(), submit),
  );
  openDialog('Log in', form);
}

async function logout() {
  try {
    await post('/api/logout', undefined);
  } catch (error) {
    toast(error.message, 'bad');
    return;
  }
  location.reload(); // clears everything that was shown
}

/** Shows who is logged in, and the login or logout button. */
export function showAccess() {
  const me = state.me;
  if (me && !me.anonymous) lastUserName = me.name;
  byId('login-button').hidden = !(me === null || me?.anonymous);
  byId('logout-button').hidden = !me || me.anonymous;
  byId('who').textContent = !me ? '' : me.anonymous ? 'read-only' : `${me.name}${hasScope('control') ? '' : ' (read-only)'}`;
  document.documentElement.dataset.scopes = me?.scopes?.filter(hasScope).join(' ') ?? '';
}
