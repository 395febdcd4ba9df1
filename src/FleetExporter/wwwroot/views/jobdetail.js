// One job: state, numbers as they move, output as it comes, start, cancel, delete.
import { get, post } from '../core/api.js';
import { fill, h, keyed, setText } from '../core/dom.js';
import { formDialog } from '../widgets/form.js';
import { at } from '../core/format.js';
import { removeJob } from './jobforms.js';
import { durationOf, pointsOf, progressOf, take } from './jobstate.js';
import { go, hrefOf } from '../core/router.js';
import { spark } from '../widgets/spark.js';
import { may } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { loading, meter, pill, problem, toast } from '../core/ui.js';

const LINES = 200;
const NO_COMMAND = 'The job has no command: whoever created it reports its state through the API.';

/** @param changed called after something was done to it. */
export function jobDetail(id, changed) {
  const path = `/api/dgx/jobs/${encodeURIComponent(id)}`;
  const [says, body] = [h('div', {}, loading('the job')), h('div', { class: 'stack', hidden: true })];
  const [title, status, why, buttons] = [
    h('h2', {}),
    pill('job-detail-state'),
    h('p', { class: 'break', 'data-testid': 'job-reason' }),
    h('span', { class: 'row end' }),
  ];
  const [bar, charts, facts] = [
    meter('Progress', 'job-detail-progress'),
    h('div', { class: 'grid charts', 'data-testid': 'job-metrics' }),
    h('dl', { class: 'facts' }),
  ];
  const [printed, outputSays] = [
    h('pre', { class: 'output', tabindex: 0, role: 'log', 'aria-live': 'off', 'aria-label': 'Output', 'data-testid': 'job-output' }),
    h('div', {}),
  ];
  fill(
    body,
    h('div', { class: 'card stack' }, h('div', { class: 'row' }, title, status.node, buttons), why, bar.node, facts),
    charts,
    h('section', { class: 'stack' }, h('h3', {}, 'Output'), outputSays, printed),
  );
  const node = h(
    'div',
    { class: 'stack', 'data-testid': 'job-detail' },
    h('p', {}, h('a', { href: hrefOf('jobs'), 'data-testid': 'jobs-back' }, '← All jobs')),
    says,
    body,
  );
  let over = false;
  let job = null;
  let wasRunning = true;

  async function load() {
    if (over) return;
    try {
      job = await get(path);
      if (over) return;
      take(job);
      says.replaceChildren();
      body.hidden = false;
      show();
      await showOutput();
    } catch (error) {
      if (!over && error.status !== 0) fill(says, problem('The job', error, load));
    }
  }

  function show() {
    setText(title, clean(job.name, 100));
    status.set(job.status);
    setText(why, clean(job.reason ?? '', 400));
    why.hidden = !job.reason;
    const progress = progressOf(job);
    bar.node.hidden = !progress;
    if (progress) bar.set(progress.share, progress.text);
    const rows = [
      ['model', job.model_name], ['command', job.config?.command], ['GPUs', job.config?.gpus?.join?.(', ')], ['session', job.session],
      ['container', job.container_id], ['exit code', job.exit_code],
      ['created', at(job.created_at)], ['started', job.started_at && at(job.started_at)], ['ended', job.completed_at && at(job.completed_at)],
      [job.status === 'running' ? 'running for' : 'duration', durationOf(job)],
    ].filter(r => r[1] !== null && r[1] !== undefined && r[1] !== '');
    fill(facts, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, remote(value, 1000))]));
    keyed(
      buttons,
      may('control') ? actionsOf(job) : [],
      a => a.key,
      a => ({ node: h('button', { type: 'button', class: a.class, 'data-testid': `job-${a.key}`, on: { click: () => act(a) } }, a.name) }),
    );
    keyed(charts, Object.entries(job.metrics ?? {}).slice(0, 24), ([name]) => name, chart);
  }

  function actionsOf(j) {
    return [
      j.status === 'pending' && j.config?.command ? { key: 'start', name: 'Start', class: 'go' } : null,
      j.status === 'running' ? { key: 'cancel', name: 'Cancel job', class: 'danger' } : null,
      j.status !== 'running' ? { key: 'delete', name: 'Delete' } : null,
    ].filter(Boolean);
  }

  function act(action) {
    if (action.key === 'delete') return removeJob(job, () => { go('jobs'); changed(); });
    if (action.key === 'cancel') {
      const force = h('input', { type: 'checkbox', 'data-testid': 'job-cancel-force' });
      return formDialog({
        title: 'Cancel this job?', testid: 'job-cancel-dialog', go: 'Cancel the job', keep: 'Keep it running', danger: true,
        intro: h('p', {}, 'Ends ', h('strong', {}, remote(job.name, 100)), ' and all processes that it has started.'),
        fields: [['Mark it as cancelled even if its host does not answer; its processes may go on there', force, 'force']],
        submit: () => send(force.checked ? 'cancel?force=true' : 'cancel'),
      });
    }
    return send('start').catch(error => toast(`${clean(job.name, 100)} was not started: ${error.message}`, 'bad'));
  }

  async function send(what) {
    await post(`${path}/${what}`, undefined);
    toast(`${clean(job.name, 100)} ${what === 'start' ? 'started' : 'cancelled'}.`, 'ok');
    changed();
  }

  function chart([name]) {
    const [value, line] = [h('strong', { class: 'mono' }), spark(clean(name, 60), null)];
    return {
      node: h(
        'figure',
        { class: 'card chart', 'data-testid': 'job-metric' },
        h('figcaption', { class: 'row' }, remote(name, 60), h('span', { class: 'end' }, value)),
        line.node,
      ),
      update([key, latest]) {
        const isNumber = typeof latest === 'number';
        setText(value, isNumber ? String(+latest.toPrecision(6)) : clean(typeof latest === 'object' ? JSON.stringify(latest) : latest, 80));
        line.node.toggleAttribute('hidden', !isNumber || pointsOf(job, key).length < 2);
        line.set(pointsOf(job, key));
      },
    };
  }

  async function showOutput() {
    if (!may('control')) return fill(outputSays, h('p', { class: 'soft' }, 'Output needs the scope control.'));
    const pending = job.config?.command ? 'The job has not been started.' : NO_COMMAND;
    if (job.status === 'pending') return fill(outputSays, h('p', { class: 'soft' }, pending));
    if (job.status !== 'running' && !wasRunning) return undefined;
    try {
      const answer = await get(`${path}/output?lines=${LINES}`);
      if (over) return undefined;
      wasRunning = job.status === 'running';
      const bottom = printed.scrollHeight - printed.scrollTop - printed.clientHeight < 40;
      setText(
        printed,
        (answer.lines ?? []).map(line => clean(line.slice(line.lastIndexOf('\r', line.length - 2) + 1).replace(/\r$/, ''), 2000, true)).join('\n'),
      );
      const last = answer.truncated ? h('p', { class: 'soft small' }, `The last ${answer.lines.length} lines.`) : null;
      fill(outputSays, last ?? (answer.lines?.length ? null : h('p', { class: 'soft' }, 'No output yet.')));
      if (bottom) printed.scrollTop = printed.scrollHeight;
    } catch (error) {
      if (!over && error.status !== 0) fill(outputSays, problem('The output', error, load));
    }
    return undefined;
  }

  return { node, load, drop() { over = true; } };
}
