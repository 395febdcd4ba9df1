// Projects and their jobs; #jobs/ID shows one. Polled while the view is visible.
import { getAll } from '../core/api.js';
import { createButton, fill, h, keyed, setText } from '../core/dom.js';
import { age, plural } from '../core/format.js';
import { jobDetail } from './jobdetail.js';
import { confirmProjectDeletion, showJobForm, showProjectForm } from './jobforms.js';
import { jobDuration, jobProgress, recordMetrics } from './jobstate.js';
import { hrefOf } from '../core/router.js';
import { hasScope, isConnected, state } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { choice, errorNotice, filterBox, loading, meter, notice, pill } from '../core/ui.js';

const CHOICES = { all: 'All', running: 'Running', pending: 'Pending', completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled' };
const POLL_INTERVAL_MS = 5000;
const NO_PROJECT = 'A job is a training run of a project, and a project belongs to a host. Create a project first.';

let parts;
let filter = '';
let selected = 'all';
let selectedProject = null;
let jobId = '';
let detail = null;
let timer = null;
let loaded = null; // {projects, jobs}
let loadError = null;

export const view = {
  mount(root) {
    parts = {
      projects: h('ul', { class: 'projects', 'data-testid': 'projects' }),
      body: h('tbody'),
      empty: h('div', {}),
      single: h('div', {}),
      tools: h('span', { class: 'row end' }),
      summary: h('p', { class: 'soft small', role: 'status' }),
    };
    parts.bar = h(
      'div',
      { class: 'toolbar' },
      filterBox('jobs-filter', 'Filter jobs', text => { filter = text; render(); }),
      choice('Which jobs', CHOICES, selected, key => { selected = key; render(); }),
      parts.summary,
      parts.tools,
    );
    const head = h('tr', {}, ['Job', 'Project', 'Model', 'State', 'Progress', 'Started', 'Duration'].map(n => h('th', { scope: 'col' }, n)));
    parts.table = h('div', { class: 'scroll' }, h('table', { class: 'table', 'data-testid': 'jobs' }, h('thead', {}, head), parts.body));
    parts.lists = h(
      'div',
      { class: 'jobs-lists' },
      h('div', { class: 'card stack' }, h('h2', {}, 'Projects'), parts.projects),
      h('div', { class: 'stack' }, parts.empty, parts.table),
    );
    root.append(parts.bar, parts.single, parts.lists);
    showTools();
  },

  show(argument) {
    jobId = argument;
    detail?.dispose();
    detail = jobId ? jobDetail(jobId, load) : null;
    fill(parts.single, detail?.node);
    clearInterval(timer);
    timer = setInterval(() => { if (!document.hidden && state.me !== null && state.connection !== 'lost') load(); }, POLL_INTERVAL_MS);
    render();
    load();
  },

  hide() {
    clearInterval(timer);
    detail?.dispose();
    detail = null;
  },

  update(topics) {
    if (topics.has('me')) showTools();
    if (topics.has('me') || (topics.has('connection') && isConnected())) load();
  },
};

const openJobForm = () => showJobForm(loaded?.projects ?? [], selectedProject, load);

const showTools = () =>
  fill(
    parts.tools,
    hasScope('control')
      ? [
          createButton('New project', 'project-new', () => showProjectForm(load)),
          createButton('New job', 'job-new', openJobForm, { class: 'primary' }),
        ]
      : null,
  );

async function load() {
  try {
    const [projects, list] = await Promise.all([
      getAll('/api/dgx/projects').catch(error => {
        if (error.status === 404) return [];
        throw error;
      }),
      getAll('/api/dgx/jobs'),
    ]);
    loaded = { projects, jobs: list };
    list.forEach(recordMetrics);
    if (!projects.some(p => p.id === selectedProject)) selectedProject = null;
    loadError = null;
  } catch (error) {
    if (error.status !== 0) loadError = error;
  }
  render();
  detail?.load();
}

function render() {
  parts.bar.hidden = parts.lists.hidden = Boolean(jobId);
  if (jobId) return;
  const list = (loaded?.jobs ?? []).filter(matches).sort(newest);
  const noticeKey = loadError ? `t ${loadError.message}` : !loaded ? 'l' : list.length ? '' : `n ${loaded.jobs.length} ${loaded.projects.length}`;
  if (parts.empty.dataset.noticeKey !== noticeKey) {
    parts.empty.dataset.noticeKey = noticeKey;
    fill(parts.empty, loadError ? errorNotice('Projects and jobs', loadError, load) : !loaded ? loading('jobs') : list.length ? null
      : loaded.jobs.length ? notice('empty', 'No job matches', 'Change the filter.')
      : notice('empty', 'No jobs yet', loaded.projects.length ? 'A job is one training run of a project.' : NO_PROJECT));
  }
  parts.table.hidden = list.length === 0;
  parts.projects.parentNode.hidden = !loaded?.projects.length;
  setText(parts.summary, loaded ? `${plural(list.length, 'job')}, ${list.filter(j => j.status === 'running').length} running` : '');
  keyed(parts.projects, loaded ? [{ id: null, name: 'All projects' }, ...loaded.projects] : [], p => `${p.id} ${hasScope('control')}`, projectItem);
  keyed(parts.body, list, j => j.id, jobRow);
}

const newest = (a, b) => Number(b.status === 'running') - Number(a.status === 'running') || Date.parse(b.created_at) - Date.parse(a.created_at);

const projectName = id => loaded?.projects.find(p => p.id === id)?.name ?? '';

function matches(job) {
  if (selectedProject && job.project_id !== selectedProject) return false;
  if (selected !== 'all' && job.status !== selected) return false;
  const text = `${job.name} ${job.model_name ?? ''} ${projectName(job.project_id)} ${job.status}`.toLowerCase();
  return filter.split(/\s+/).every(word => text.includes(word));
}

function projectItem(first) {
  const button = createButton(remoteText(first.name, 100), 'project', () => { selectedProject = first.id; render(); }, { class: 'plain' });
  const [kindText, jobCount] = [h('span', { class: 'soft small' }), h('span', { class: 'mono small end' })];
  const node = h(
    'li',
    { 'data-project': first.id ?? 'all' },
    button,
    kindText,
    jobCount,
    first.id && hasScope('control')
      ? createButton('✕', 'project-delete', () => confirmProjectDeletion(first, load),
          { class: 'plain small', 'aria-label': `Delete ${sanitize(first.name, 80)}` })
      : null,
  );
  return { node, update(p) {
    button.setAttribute('aria-pressed', String(selectedProject === p.id));
    const kind = [p.project_type?.replace('_', ' '), p.status === 'active' ? null : p.status].filter(Boolean).join(' · ');
    setText(kindText, p.id ? sanitize(kind, 60) : '');
    setText(jobCount, String(loaded.jobs.filter(j => !p.id || j.project_id === p.id).length));
  } };
}

function jobRow(first) {
  const [status, bar] = [pill('job-state'), meter('Progress', 'job-progress', true)];
  const [model, reason] = [h('td', { 'data-name': 'Model' }), h('p', { class: 'soft small break' })];
  const [started, duration] = ['Started', 'Duration'].map(name => h('td', { class: 'mono', 'data-name': name }));
  const node = h('tr', { 'data-testid': 'job', 'data-job': first.id },
    h('td', {}, h('a', { href: hrefOf('jobs', first.id) }, h('strong', {}, remoteText(first.name, 100))), reason),
    h('td', { 'data-name': 'Project' }, remoteText(projectName(first.project_id), 100)), model, h('td', {}, status.node),
    h('td', { class: 'wide' }, bar.node), started, duration);
  return { node, update(j) {
    status.set(j.status);
    setText(model, sanitize(j.model_name ?? '', 80));
    setText(reason, sanitize(j.reason ?? '', 200));
    const progress = jobProgress(j);
    bar.node.hidden = !progress;
    if (progress) bar.set(progress.percent, progress.text);
    setText(started, j.started_at ? `${age(j.started_at)} ago` : '');
    setText(duration, jobDuration(j) ?? '');
  } };
}
