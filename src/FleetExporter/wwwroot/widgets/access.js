// Login and logout. The key goes to the service once; then a cookie that scripts cannot read stands for it.
import { get, onDenied, onUnaudited, post } from '../core/api.js';
import { actions, cancelButton, closeDialog, openDialog } from './dialog.js';
import { byId, h } from '../core/dom.js';
import { onReturn, restart, start } from '../core/live.js';
import { change, may, state } from '../core/store.js';
import { toast } from '../core/ui.js';

let lastName = null;

async function whoAmI() {
  try {
    tell(await get('/api/me', { quiet: true }));
  } catch (error) {
    if (error.status === 401 || error.status === 403) tell(null);
    else throw error;
  }
}

const tell = me => { if (state.me === undefined || JSON.stringify(state.me) !== JSON.stringify(me)) change('me', s => { s.me = me; }); };

export async function setUpAccess() {
  byId('login-button').addEventListener('click', () => login());
  byId('logout-button').addEventListener('click', logout);
  onDenied(() => {
    if (state.me) whoAmI().catch(() => {});
  });
  onUnaudited(() => toast('The audit did not take this; the log of the service says why.', 'bad'));
  // The service may have been started anew, and a session ends by itself.
  onReturn(() => { if (state.me !== undefined) whoAmI().catch(() => {}); });
  start(); // also shows that the service is not there
  while (state.me === undefined) await whoAmI().catch(() => new Promise(done => setTimeout(done, 1000)));
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
  const wrong = h('p', { class: 'bad', role: 'alert', 'data-testid': 'login-error' });
  const submit = h('button', { class: 'go', 'data-testid': 'login-submit' }, 'Log in');
  const form = h(
    'form',
    {
      'data-testid': 'login',
      on: {
        submit: async event => {
          event.preventDefault();
          submit.disabled = true;
          wrong.textContent = '';
          try {
            await post('/api/login', { key: key.value.trim() }, { quiet: true });
            await whoAmI();
            if (lastName && state.me?.name !== lastName) return location.reload(); // what is on the page was another's
            closeDialog(form);
            restart();
            toast(`Logged in as ${state.me?.name ?? 'nobody'}.`, 'ok');
          } catch (error) {
            wrong.textContent = error.message;
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
    wrong,
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
  location.reload(); // nothing of what was seen stays
}

/** Buttons of the header; and what acts is there only for those who may. */
export function showAccess() {
  const me = state.me;
  if (me && !me.anonymous) lastName = me.name;
  byId('login-button').hidden = !(me === null || me?.anonymous);
  byId('logout-button').hidden = !me || me.anonymous;
  byId('who').textContent = !me ? '' : me.anonymous ? 'read-only' : `${me.name}${may('control') ? '' : ' (read-only)'}`;
  document.documentElement.dataset.may = me?.scopes?.filter(may).join(' ') ?? '';
}
