// One command on one host: its stream, its output, its end.
import { remove } from '../core/api.js';
import { h, setText } from '../core/dom.js';
import { count, milliseconds, span } from '../core/format.js';
import { output } from './output.js';
import { stream } from '../core/stream.js';
import { remote } from '../core/text.js';
import { pill, toast } from '../core/ui.js';

const id = () => [...crypto.getRandomValues(new Uint8Array(12))].map(b => b.toString(16).padStart(2, '0')).join('');

/** @param order {host, command, timeout_seconds, working_directory}; begins with start(). */
export function run(order) {
  const execId = id();
  const abort = new AbortController();
  const state = pill('exec-state');
  const figures = h('span', { class: 'mono small', 'data-testid': 'exec-figures' });
  const cancel = h('button', { type: 'button', 'data-testid': 'exec-cancel', on: { click: stop } }, 'Cancel');
  const text = output(`Output of ${order.host}`);
  const node = h('article', { class: 'card run', 'data-testid': 'exec-run', 'data-host': order.host, 'data-exec': execId },
    h('div', { class: 'row' }, h('h3', {}, remote(order.host, 80)), state.node, figures, h('span', { class: 'end' }, cancel)), text.node);
  let ended = false;
  let began = null;
  state.set('', 'queued');

  const clock = setInterval(() => { if (began && !ended) setText(figures, span((Date.now() - began) / 1000)); }, 1000);

  function finish(status, word, detail) {
    if (ended) return;
    ended = true;
    clearInterval(clock);
    cancel.hidden = true;
    state.set(status, word);
    setText(figures, detail ?? '');
  }

  const events = {
    started: () => state.set('loading', 'running'),
    stdout: data => text.take('stdout', data),
    stderr: data => text.take('stderr', data),
    exit: end => {
      const word = end.cancelled
        ? 'cancelled'
        : end.timed_out
          ? 'timed out'
          : end.exit_code === null
            ? `ended by signal ${end.signal ?? '?'}`
            : `exit ${end.exit_code}`;
      const left = end.left ? ` · ${count(end.left, 'process', 'processes')} of it could not be killed` : '';
      finish(end.exit_code === 0 ? 'ok' : end.cancelled ? 'cancelled' : 'error', word, `${milliseconds(end.duration_ms)}${left}`);
    },
    audit: data => toast(data.message, 'bad'),
    error: data => {
      text.write('stderr', `${data.message}\n`);
      finish('error', 'failed');
    },
  };

  async function start() {
    if (ended) return;
    began = Date.now();
    state.set('loading', 'starting');
    const { host, ...body } = order;
    try {
      await stream(`/api/dgx/exec/${encodeURIComponent(host)}`, { ...body, exec_id: execId }, (name, data) => events[name]?.(data), abort.signal);
      finish('error', 'connection to the service lost');
    } catch (error) {
      if (error.name === 'AbortError') return finish('cancelled', 'cancelled');
      const fields = Object.entries(error.fields ?? {}).map(([name, said]) => `${name}: ${[said].flat().join(' ')}`).join('\n');
      text.write('stderr', `${fields || error.message}\n`);
      finish('error', error.title || 'failed');
    }
  }

  async function stop() {
    if (ended) return;
    cancel.disabled = true;
    if (!began) return finish('cancelled', 'not started');
    try {
      await remove(`/api/dgx/exec/${execId}`);
    } catch (error) {
      if (error.status !== 404) toast(error.message, 'bad');
      abort.abort(); // the closed connection ends it too
    }
  }

  return { node, start, stop, isRunning: () => began !== null && !ended };
}
