// The steps of a probe as they end: verdict, reason and fix; an unknown host key with its fingerprint, to be trusted.
import { post } from '../core/api.js';
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { stream } from '../core/stream.js';
import { remoteText, sanitize } from '../core/text.js';
import { copyable, errorNotice } from '../core/ui.js';

const TONES = { ok: 'ok', failed: 'bad', running: '', skipped: 'soft', off: 'soft' };

/**
 * @param path of the probe, which answers with events.
 * @param trust makes the body with which /api/dgx/trust names the host; null where there is no host key.
 */
export function probeSteps(path, trust) {
  const list = h('ul', { class: 'lines steps', 'data-testid': 'steps' });
  const key = h('div', { 'data-testid': 'host-key' });
  const result = h('p', { role: 'status', tabindex: -1, 'data-testid': 'steps-result' });
  const node = h('div', { class: 'stack', hidden: true }, list, key, result);
  let steps = [];
  let request = null;

  const show = () => keyed(list, steps, s => s.name, stepLine);

  /** @returns {Promise<boolean>} whether nothing failed. */
  async function run(body) {
    request?.abort();
    const own = request = new AbortController();
    node.hidden = false;
    steps = [];
    show();
    fill(key);
    result.className = '';
    fill(result, h('span', { class: 'busy' }, 'Testing'));
    let done = null;
    try {
      await stream(path, body, (name, data) => {
        if (own !== request) return;
        if (name === 'step') {
          steps = steps.some(s => s.name === data.name) ? steps.map(s => (s.name === data.name ? data : s)) : [...steps, data];
          show();
        } else if (name === 'host_key' && trust) showKey(data, body);
        else if (name === 'done') done = data;
        else if (name === 'error') fill(result, errorNotice('The test', { status: 0, message: sanitize(data.detail ?? data.title ?? '', 300) }));
      }, own.signal);
    } catch (error) {
      if (own !== request || error.name === 'AbortError') return false;
      fill(result);
      steps = steps.filter(s => s.verdict !== 'running');
      show();
      throw error;
    }
    if (own !== request) return false;
    setText(result, !done ? 'The test ended early.' : done.ok ? 'Everything works.' : `${done.failed} failed: the reasons are above.`);
    result.className = done?.ok ? 'ok' : 'bad';
    return done?.ok === true;
  }

  function showKey({ type, fingerprint, compare }, body) {
    const button = createButton('Trust this key', 'trust', async () => {
      button.disabled = true;
      result.focus(); // the button goes
      try {
        await post('/api/dgx/trust', { ...trust(body), fingerprint });
      } catch (error) {
        fill(key, h('p', { class: 'bad', role: 'alert', 'data-testid': 'trust-error' }, sanitize(`Not trusted. ${error.message}`, 600)));
        return;
      }
      if (node.isConnected) run(body).catch(showError); // the dialog may be closed
    }, { class: 'primary' });
    fill(
      key,
      h(
        'div',
        { class: 'notice' },
        h('p', {}, 'The host is not known yet. It presents the key'),
        h('p', { class: 'mono break', 'data-testid': 'fingerprint' }, remoteText(`${type} ${fingerprint}`, 200)),
        h('p', { class: 'soft small' }, 'A man in the middle would present another one: compare it with what this prints on the host.'),
        copyable(compare, 'compare'),
        button,
      ),
    );
  }

  /** Shows why a test could not begin. */
  function showError(error) {
    node.hidden = false;
    fill(result, h('span', { class: 'bad' }, sanitize(error.message, 400)));
  }

  return { node, run, showError, stop: () => request?.abort() };
}

function stepLine() {
  const [name, verdict, detail, fix] = [h('strong', {}), h('span', { class: 'mono' }), h('bdi', {}), h('span', { class: 'soft break' })];
  const node = h('li', { 'data-testid': 'step' }, h('span', {}, name, ' ', verdict, ' ', detail, ' ', fix));
  return { node, update(step) {
    node.className = TONES[step.verdict] ?? '';
    node.dataset.verdict = step.verdict;
    setText(name, sanitize(step.name, 40));
    setText(verdict, step.verdict === 'ok' ? '' : sanitize([step.verdict, step.reason].filter(Boolean).join(': '), 60));
    setText(detail, sanitize(step.detail ?? '', 300));
    setText(fix, sanitize(step.fix ?? '', 300));
  } };
}
