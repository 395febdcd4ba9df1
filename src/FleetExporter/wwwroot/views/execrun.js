// One command on one host: reads its event stream and shows output and result.
import { remove } from '../core/api.js';
import { createButton, h, setText } from '../core/dom.js';
import { milliseconds, plural, shortDuration } from '../core/format.js';
import { output } from './output.js';
import { stream } from '../core/stream.js';
import { remoteText } from '../core/text.js';
import { pill, toast } from '../core/ui.js';

const randomId = () => [...crypto.getRandomValues(new Uint8Array(12))].map(b => b.toString(16).padStart(2, '0')).join('');

/** @param request {host, command, timeout_seconds, working_directory}; sent by start(). */
export function commandRun(request) {
  const execId = randomId();
  const abort = new AbortController();
  const state = pill('exec-state');
  const durationText = h('span', { class: 'mono small', 'data-testid': 'exec-figures' });
  const cancel = createButton('Cancel', 'exec-cancel', stop);
  const outputView = output(`Output of ${request.host}`);
  const node = h('article', { class: 'card run', 'data-testid': 'exec-run', 'data-host': request.host, 'data-exec': execId },
    h('div', { class: 'row' }, h('h3', {}, remoteText(request.host, 80)), state.node, durationText, h('span', { class: 'end' }, cancel)),
    outputView.node);
  let ended = false;
  let startedAt = null;
  state.set('', 'queued');

  const clock = setInterval(() => { if (startedAt && !ended) setText(durationText, shortDuration((Date.now() - startedAt) / 1000)); }, 1000);

  function finish(status, word, detail) {
    if (ended) return;
    ended = true;
    clearInterval(clock);
    cancel.hidden = true;
    state.set(status, word);
    setText(durationText, detail ?? '');
  }

  const events = {
    started: () => state.set('loading', 'running'),
    stdout: data => outputView.writeEvent('stdout', data),
    stderr: data => outputView.writeEvent('stderr', data),
    exit: result => {
      const text = result.cancelled
        ? 'cancelled'
        : result.timed_out
          ? 'timed out'
          : result.exit_code === null
            ? `ended by signal ${result.signal ?? '?'}`
            : `exit ${result.exit_code}`;
      const survivors = result.left ? ` · ${plural(result.left, 'process', 'processes')} could not be killed` : '';
      finish(result.exit_code === 0 ? 'ok' : result.cancelled ? 'cancelled' : 'error', text, `${milliseconds(result.duration_ms)}${survivors}`);
    },
    audit: data => toast(data.message, 'bad'),
    error: data => { outputView.write('stderr', `${data.message}\n`); finish('error', 'failed'); },
  };

  async function start() {
    if (ended) return;
    startedAt = Date.now();
    state.set('loading', 'starting');
    const { host, ...body } = request;
    try {
      await stream(`/api/dgx/exec/${encodeURIComponent(host)}`, { ...body, exec_id: execId }, (name, data) => events[name]?.(data), abort.signal);
      finish('error', 'connection to the service lost');
    } catch (error) {
      if (error.name === 'AbortError') return finish('cancelled', 'cancelled');
      const fields = Object.entries(error.fields ?? {}).map(([name, messages]) => `${name}: ${[messages].flat().join(' ')}`).join('\n');
      outputView.write('stderr', `${fields || error.message}\n`);
      finish('error', error.title || 'failed');
    }
  }

  async function stop() {
    if (ended) return;
    cancel.disabled = true;
    if (!startedAt) return finish('cancelled', 'not started');
    try {
      await remove(`/api/dgx/exec/${execId}`);
    } catch (error) {
      if (error.status !== 404) toast(error.message, 'bad');
      abort.abort(); // closing the connection cancels the command too
    }
  }

  return { node, start, stop, isRunning: () => startedAt !== null && !ended };
}
