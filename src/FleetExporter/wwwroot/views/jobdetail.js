// One job: state, charts of its metrics, output, and buttons to start, cancel and delete it.
import { get, post } from '../core/api.js';
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { formDialog } from '../widgets/form.js';
import { timestamp } from '../core/format.js';
import { confirmJobDeletion } from './jobforms.js';
import { jobDuration, jobProgress, metricPoints, recordMetrics } from './jobstate.js';
import { hrefOf, navigate } from '../core/router.js';
import { sparkline } from '../widgets/sparkline.js';
import { hasScope } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { errorNotice, loading, meter, pill, toast } from '../core/ui.js';

const MAX_LINES = 200;

/** What a terminal shows of a line: the text after its last carriage return. */
const visibleText = line => sanitize(line.slice(line.lastIndexOf('\r', line.length - 2) + 1).replace(/\r$/, ''), 2000, true);
const NO_COMMAND = 'The job has no command: its state is set through the API.';

/** @param onChange called after the job was started, cancelled or deleted. */
export function jobDetail(id, onChange) {
  const path = `/api/dgx/jobs/${encodeURIComponent(id)}`;
  const [notice, body] = [h('div', {}, loading('the job')), h('div', { class: 'stack', hidden: true })];
  const [title, status, reason, buttons] = [
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
  const [outputText, outputNotice] = [
    h('pre', { class: 'output', tabindex: 0, role: 'log', 'aria-live': 'off', 'aria-label': 'Output', 'data-testid': 'job-output' }),
    h('div', {}),
  ];
  fill(
    body,
    h('div', { class: 'card stack' }, h('div', { class: 'row' }, title, status.node, buttons), reason, bar.node, facts),
    charts,
    h('section', { class: 'stack' }, h('h3', {}, 'Output'), outputNotice, outputText),
  );
  const node = h(
    'div',
    { class: 'stack', 'data-testid': 'job-detail' },
    h('p', {}, h('a', { href: hrefOf('jobs'), 'data-testid': 'jobs-back' }, '← All jobs')),
    notice,
    body,
  );
  let disposed = false;
  let job = null;
  let wasRunning = true;

  async function load() {
    if (disposed) return;
    try {
      job = await get(path);
      if (disposed) return;
      recordMetrics(job);
      notice.replaceChildren();
      body.hidden = false;
      show();
      await showOutput();
    } catch (error) {
      if (!disposed && error.status !== 0) fill(notice, errorNotice('The job', error, load));
    }
  }

  function show() {
    setText(title, sanitize(job.name, 100));
    status.set(job.status);
    setText(reason, sanitize(job.reason ?? '', 400));
    reason.hidden = !job.reason;
    const progress = jobProgress(job);
    bar.node.hidden = !progress;
    if (progress) bar.set(progress.percent, progress.text);
    const rows = [
      ['model', job.model_name], ['command', job.config?.command], ['GPUs', job.config?.gpus?.join?.(', ')], ['tmux session', job.session],
      ['container', job.container_id], ['exit code', job.exit_code],
      ['created', timestamp(job.created_at)],
      ['started', job.started_at && timestamp(job.started_at)],
      ['ended', job.completed_at && timestamp(job.completed_at)],
      [job.status === 'running' ? 'running for' : 'duration', jobDuration(job)],
    ].filter(r => r[1] !== null && r[1] !== undefined && r[1] !== '');
    fill(facts, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, remoteText(value, 1000))]));
    keyed(
      buttons,
      hasScope('control') ? availableActions(job) : [],
      a => a.key,
      a => ({ node: createButton(a.name, `job-${a.key}`, () => perform(a), { class: a.class }) }),
    );
    keyed(charts, Object.entries(job.metrics ?? {}).slice(0, 24), ([name]) => name, metricChart);
  }

  function availableActions(j) {
    return [
      j.status === 'pending' && j.config?.command ? { key: 'start', name: 'Start', class: 'primary' } : null,
      j.status === 'running' ? { key: 'cancel', name: 'Cancel job', class: 'danger' } : null,
      j.status !== 'running' ? { key: 'delete', name: 'Delete' } : null,
    ].filter(Boolean);
  }

  function perform(action) {
    if (action.key === 'delete') return confirmJobDeletion(job, () => { navigate('jobs'); onChange(); });
    if (action.key === 'cancel') {
      const force = h('input', { type: 'checkbox', 'data-testid': 'job-cancel-force' });
      return formDialog({
        title: 'Cancel this job?', testid: 'job-cancel-dialog', submitLabel: 'Cancel the job', cancelLabel: 'Keep it running', danger: true,
        intro: h('p', {}, 'Ends ', h('strong', {}, remoteText(job.name, 100)), ' and all processes that it has started.'),
        fields: [['Mark the job as cancelled even if its host does not answer; its processes may keep running there', force, 'force']],
        submit: () => postAction(force.checked ? 'cancel?force=true' : 'cancel'),
      });
    }
    return postAction('start').catch(error => toast(`${sanitize(job.name, 100)} was not started: ${error.message}`, 'bad'));
  }

  async function postAction(action) {
    await post(`${path}/${action}`, undefined);
    toast(`${sanitize(job.name, 100)} ${action === 'start' ? 'started' : 'cancelled'}.`, 'ok');
    onChange();
  }

  function metricChart([name]) {
    const [value, trend] = [h('strong', { class: 'mono' }), sparkline(sanitize(name, 60), null)];
    return {
      node: h(
        'figure',
        { class: 'card chart', 'data-testid': 'job-metric' },
        h('figcaption', { class: 'row' }, remoteText(name, 60), h('span', { class: 'end' }, value)),
        trend.node,
      ),
      update([key, latest]) {
        const isNumber = typeof latest === 'number';
        setText(value, isNumber ? String(+latest.toPrecision(6)) : sanitize(typeof latest === 'object' ? JSON.stringify(latest) : latest, 80));
        trend.node.toggleAttribute('hidden', !isNumber || metricPoints(job, key).length < 2);
        trend.set(metricPoints(job, key));
      },
    };
  }

  async function showOutput() {
    if (!hasScope('control')) return fill(outputNotice, h('p', { class: 'soft' }, 'Output needs the scope control.'));
    const pendingText = job.config?.command ? 'The job has not been started.' : NO_COMMAND;
    if (job.status === 'pending') return fill(outputNotice, h('p', { class: 'soft' }, pendingText));
    if (job.status !== 'running' && !wasRunning) return undefined;
    try {
      const response = await get(`${path}/output?lines=${MAX_LINES}`);
      if (disposed) return undefined;
      wasRunning = job.status === 'running';
      const isAtBottom = outputText.scrollHeight - outputText.scrollTop - outputText.clientHeight < 40;
      setText(outputText, (response.lines ?? []).map(visibleText).join('\n'));
      const truncatedNotice = response.truncated ? h('p', { class: 'soft small' }, `The last ${response.lines.length} lines.`) : null;
      fill(outputNotice, truncatedNotice ?? (response.lines?.length ? null : h('p', { class: 'soft' }, 'No output yet.')));
      if (isAtBottom) outputText.scrollTop = outputText.scrollHeight;
    } catch (error) {
      if (!disposed && error.status !== 0) fill(outputNotice, errorNotice('The output', error, load));
    }
    return undefined;
  }

  return { node, load, dispose() { disposed = true; } };
}
