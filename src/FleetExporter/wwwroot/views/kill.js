// Kills a tmux session after showing it as the service sees it now; the confirmation token is valid for exactly that.
import { post } from '../core/api.js';
import { actions, cancelButton, closeDialog, openDialog } from '../widgets/dialog.js';
import { createButton, h } from '../core/dom.js';
import { age, isNumber, mebibytes, number, plural, timestamp } from '../core/format.js';
import { state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { loading, notice, toast } from '../core/ui.js';

export async function killDialog(session) {
  const path = `/api/sessions/${encodeURIComponent(session.id)}/kill`;
  const slot = h('div', { class: 'stack', 'data-testid': 'kill' }, loading('the session'));
  openDialog('Kill this tmux session?', slot);
  const show = (...nodes) => { slot.replaceChildren(...nodes); slot.querySelector('[data-testid="dialog-cancel"]')?.focus(); };
  // If the dialog has been closed meanwhile, a toast shows the error.
  const showError = (title, detail, ...more) =>
    slot.isConnected
      ? show(notice('error', title, detail), actions(cancelButton('Close'), ...more))
      : toast(`${sanitize(session.name, 80)} on ${session.host}: ${title}. ${detail}`, 'bad');
  try {
    await post(path, {});
    showError('Unexpected response', 'The service did not ask for confirmation. Check whether the tmux session still exists.');
  } catch (error) {
    if (error.status === 428 && error.body?.confirmation_token) show(...confirmation(path, error.body, slot, showError, session));
    else showError(error.title || 'Cannot kill the tmux session', error.message);
  }
}

function confirmation(path, challenge, slot, showError, session) {
  const s = challenge.session ?? session;
  const submit = createButton('Kill session', 'kill-confirm', async () => {
    submit.disabled = true;
    try {
      const result = await post(path, { confirmation_token: challenge.confirmation_token });
      if (result?.killed) {
        closeDialog(slot);
        toast(`${sanitize(s.name, 80)} on ${s.host} was killed${result.verified ? ', and tmux no longer lists it' : ''}.`, 'ok');
      } else showError('The tmux session still exists', result?.detail ?? 'Unknown reason.');
    } catch (error) {
      showError(
        error.title || 'The tmux session was not killed',
        error.message,
        error.status === 403 || error.title === 'The session has changed'
          ? createButton('Ask again', 'kill-again', () => killDialog(session))
          : null,
      );
    }
  }, { class: 'danger' });
  return [
    h('p', {}, h('strong', {}, remoteText(s.name, 80)), ' on ', h('strong', {}, remoteText(s.host, 80)), ' and everything that runs in it:'),
    factList([
      ['user', s.user],
      ['processes', processes(s)],
      ['windows', `${s.window_count}, ${plural(s.panes?.length ?? 0, 'pane')}`],
      ['created', `${timestamp(s.created)} (${age(s.created)} ago)`],
      ['detached', s.detached_since ? `${timestamp(s.detached_since)} (${age(s.detached_since)} ago)` : s.attached ? 'no, attached' : null],
      ['memory', mebibytes(s.memory_mb)],
      ['GPU memory', mebibytes(s.gpu_memory_mb)],
      ['CPU', isNumber(s.cpu_percent) ? `${number(s.cpu_percent)} %` : null],
    ]),
    h('p', { class: 'soft small' },
      `This cannot be undone. You can confirm until ${timestamp(challenge.expires_at)}, as long as the session stays as shown.`),
    actions(cancelButton('Keep it'), submit),
  ];
}

/** Process ids; the GPUs' process lists give some of their names. */
function processes(s) {
  const namesByPid = new Map((state.hosts.get(s.host)?.gpus ?? []).flatMap(g => g.processes ?? []).map(p => [p.pid, p.name]));
  const pids = (s.pids ?? []).slice(0, 12).map(p => (namesByPid.get(p) ? `${p} ${sanitize(namesByPid.get(p), 40)}` : String(p)));
  return `${plural(s.pids?.length ?? 0, 'process', 'processes')} in its panes: ${pids.join(', ')}${(s.pids?.length ?? 0) > 12 ? ' …' : ''}`;
}

const factList = rows =>
  h(
    'dl',
    { class: 'facts', 'data-testid': 'kill-facts' },
    rows.filter(r => r[1]).map(([name, value]) => [h('dt', {}, name), h('dd', {}, remoteText(value, 400))]),
  );
