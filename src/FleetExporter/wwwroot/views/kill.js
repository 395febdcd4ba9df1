// Ending a session: what dies is shown as the service sees it now, and its token confirms exactly that.
import { post } from '../core/api.js';
import { actions, cancelButton, closeDialog, openDialog } from '../widgets/dialog.js';
import { h } from '../core/dom.js';
import { age, at, count, known, mebi, number } from '../core/format.js';
import { state } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { loading, notice, toast } from '../core/ui.js';

export async function killDialog(session) {
  const path = `/api/sessions/${encodeURIComponent(session.id)}/kill`;
  const slot = h('div', { class: 'stack', 'data-testid': 'kill' }, loading('the session'));
  openDialog('Kill this session?', slot);
  const put = (...nodes) => {
    slot.replaceChildren(...nodes);
    slot.querySelector('[data-testid="dialog-cancel"]')?.focus();
  };
  // A bad end is said even when nobody looks any more.
  const fail = (title, detail, ...more) =>
    slot.isConnected
      ? put(notice('error', title, detail), actions(cancelButton('Close'), ...more))
      : toast(`${clean(session.name, 80)} on ${session.host}: ${title}. ${detail}`, 'bad');
  try {
    await post(path, {});
    fail('Unexpected answer', 'The service asked for no confirmation. Look whether the session is still there.');
  } catch (error) {
    if (error.status === 428 && error.body?.confirmation_token) put(...confirmation(path, error.body, slot, fail, session));
    else fail(error.title || 'It cannot be killed', error.message);
  }
}

function confirmation(path, answer, slot, fail, session) {
  const s = answer.session ?? session;
  const submit = h('button', { type: 'button', class: 'danger', 'data-testid': 'kill-confirm', on: { click: async () => {
    submit.disabled = true;
    try {
      const result = await post(path, { confirmation_token: answer.confirmation_token });
      if (result?.killed) {
        closeDialog(slot);
        toast(`${clean(s.name, 80)} on ${s.host} is killed${result.verified ? ', and tmux no longer has it' : ''}.`, 'ok');
      } else fail('tmux still has it', result?.detail ?? 'no reason is known');
    } catch (error) {
      fail(
        error.title || 'It was not killed',
        error.message,
        error.status === 403 || error.title === 'The session has changed'
          ? h('button', { type: 'button', 'data-testid': 'kill-again', on: { click: () => killDialog(session) } }, 'Ask again')
          : null,
      );
    }
  } } }, 'Kill session');
  return [
    h('p', {}, h('strong', {}, remote(s.name, 80)), ' on ', h('strong', {}, remote(s.host, 80)), ' and everything that runs in it:'),
    facts([
      ['user', s.user],
      ['processes', processes(s)],
      ['windows', `${s.window_count}, ${count(s.panes?.length ?? 0, 'pane')}`],
      ['created', `${at(s.created)} (${age(s.created)} ago)`],
      ['detached', s.detached_since ? `${at(s.detached_since)} (${age(s.detached_since)} ago)` : s.attached ? 'no, it is attached' : null],
      ['memory', mebi(s.memory_mb)],
      ['GPU memory', mebi(s.gpu_memory_mb)],
      ['CPU', known(s.cpu_percent) ? `${number(s.cpu_percent)} %` : null],
    ]),
    h('p', { class: 'soft small' }, `This cannot be undone. You can confirm until ${at(answer.expires_at)}, as long as the session stays as shown.`),
    actions(cancelButton('Keep it'), submit),
  ];
}

/** Pids, with names where they are known from the GPUs. */
function processes(s) {
  const names = new Map((state.hosts.get(s.host)?.gpus ?? []).flatMap(g => g.processes ?? []).map(p => [p.pid, p.name]));
  const pids = (s.pids ?? []).slice(0, 12).map(p => (names.get(p) ? `${p} ${clean(names.get(p), 40)}` : String(p)));
  return `${count(s.pids?.length ?? 0, 'process', 'processes')} in its panes: ${pids.join(', ')}${(s.pids?.length ?? 0) > 12 ? ' …' : ''}`;
}

const facts = rows =>
  h(
    'dl',
    { class: 'facts', 'data-testid': 'kill-facts' },
    rows.filter(r => r[1]).map(([name, value]) => [h('dt', {}, name), h('dd', {}, remote(value, 400))]),
  );
