// Projects and their jobs; #jobs/ID shows one. Asked anew every few seconds while somebody looks.
import { all } from '../core/api.js';
import { fill, h, keyed, setText } from '../core/dom.js';
import { age, count } from '../core/format.js';
import { jobDetail } from './jobdetail.js';
import { newJob, newProject, removeProject } from './jobforms.js';
import { durationOf, progressOf, take } from './jobstate.js';
import { hrefOf } from '../core/router.js';
import { isConnected, may, state } from '../core/store.js';
import { clean, remote } from '../core/text.js';
import { choice, filterBox, loading, meter, notice, pill, problem } from '../core/ui.js';

const CHOICES = { all: 'All', running: 'Running', pending: 'Pending', completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled' };
const EVERY = 5000;
const NO_PROJECT = 'A project belongs to a host, and jobs are its training runs. Create a project first.';

let parts;
let filter = '';
let chosen = 'all';
let project = null;
let one = '';
let detail = null;
let timer = null;
let known = null; // {projects, jobs}
let trouble = null;

export const view = {
  mount(root) {
    parts = {
      projects: h('ul', { class: 'projects', 'data-testid': 'projects' }),
      body: h('tbody'),
      empty: h('div', {}),
      single: h('div', {}),
      tools: h('span', { class: 'row end' }),
      says: h('p', { class: 'soft small', role: 'status' }),
    };
    parts.bar = h(
      'div',
      { class: 'toolbar' },
      filterBox('jobs-filter', 'Filter jobs', text => {
        filter = text;
        render();
      }),
      choice('Which jobs', CHOICES, chosen, key => {
        chosen = key;
        render();
      }),
      parts.says,
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
    tools();
  },

  show(argument) {
    one = argument;
    detail?.drop();
    detail = one ? jobDetail(one, load) : null;
    fill(parts.single, detail?.node);
    clearInterval(timer);
    timer = setInterval(() => { if (!document.hidden && state.me !== null && state.connection !== 'lost') load(); }, EVERY);
    render();
    load();
  },

  hide() {
    clearInterval(timer);
    detail?.drop();
    detail = null;
  },

  update(topics) {
    if (topics.has('me')) tools();
    if (topics.has('me') || (topics.has('connection') && isConnected())) load();
  },
};

const tools = () =>
  fill(
    parts.tools,
    may('control')
      ? [
          h('button', { type: 'button', 'data-testid': 'project-new', on: { click: () => newProject(load) } }, 'New project'),
          h(
            'button',
            { type: 'button', class: 'go', 'data-testid': 'job-new', on: { click: () => newJob(known?.projects ?? [], project, load) } },
            'New job',
          ),
        ]
      : null,
  );

async function load() {
  try {
    const [projects, list] = await Promise.all([
      all('/api/dgx/projects').catch(error => {
        if (error.status === 404) return [];
        throw error;
      }),
      all('/api/dgx/jobs'),
    ]);
    known = { projects, jobs: list };
    list.forEach(take);
    if (!projects.some(p => p.id === project)) project = null;
    trouble = null;
  } catch (error) {
    if (error.status !== 0) trouble = error;
  }
  render();
  detail?.load();
}

function render() {
  parts.bar.hidden = parts.lists.hidden = Boolean(one);
  if (one) return;
  const list = (known?.jobs ?? []).filter(matches).sort(newest);
  const mark = trouble ? `t ${trouble.message}` : !known ? 'l' : list.length ? '' : `n ${known.jobs.length} ${known.projects.length}`;
  if (parts.empty.dataset.mark !== mark) {
    parts.empty.dataset.mark = mark;
    fill(parts.empty, trouble ? problem('Projects and jobs', trouble, load) : !known ? loading('jobs') : list.length ? null
      : known.jobs.length ? notice('empty', 'No job matches', 'Change the filter.')
      : notice('empty', 'No jobs yet', known.projects.length ? 'A job is one training run of a project.' : NO_PROJECT));
  }
  parts.table.hidden = list.length === 0;
  parts.projects.parentNode.hidden = !known?.projects.length;
  setText(parts.says, known ? `${count(list.length, 'job')}, ${list.filter(j => j.status === 'running').length} running` : '');
  keyed(parts.projects, known ? [{ id: null, name: 'All projects' }, ...known.projects] : [], p => `${p.id} ${may('control')}`, projectLine);
  keyed(parts.body, list, j => j.id, row);
}

const newest = (a, b) => Number(b.status === 'running') - Number(a.status === 'running') || Date.parse(b.created_at) - Date.parse(a.created_at);

const nameOf = id => known?.projects.find(p => p.id === id)?.name ?? '';

function matches(job) {
  if (project && job.project_id !== project) return false;
  if (chosen !== 'all' && job.status !== chosen) return false;
  return (
    !filter
    || filter.split(/\s+/).every(word => `${job.name} ${job.model_name ?? ''} ${nameOf(job.project_id)} ${job.status}`.toLowerCase().includes(word))
  );
}

function projectLine(first) {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'plain',
      'data-testid': 'project',
      on: {
        click: () => {
          project = first.id;
          render();
        },
      },
    },
    remote(first.name, 100),
  );
  const [where, figure] = [h('span', { class: 'soft small' }), h('span', { class: 'mono small end' })];
  const node = h(
    'li',
    { 'data-project': first.id ?? 'all' },
    button,
    where,
    figure,
    first.id && may('control')
      ? h(
          'button',
          {
            type: 'button',
            class: 'plain small',
            'data-testid': 'project-delete',
            'aria-label': `Delete ${clean(first.name, 80)}`,
            on: { click: () => removeProject(first, load) },
          },
          '✕',
        )
      : null,
  );
  return { node, update(p) {
    button.setAttribute('aria-pressed', String(project === p.id));
    setText(where, p.id ? clean([p.project_type?.replace('_', ' '), p.status === 'active' ? null : p.status].filter(Boolean).join(' · '), 60) : '');
    setText(figure, String(known.jobs.filter(j => !p.id || j.project_id === p.id).length));
  } };
}

function row(first) {
  const [status, bar] = [pill('job-state'), meter('Progress', 'job-progress', true)];
  const [model, why] = [h('td', { 'data-name': 'Model' }), h('p', { class: 'soft small break' })];
  const [started, duration] = ['Started', 'Duration'].map(name => h('td', { class: 'mono', 'data-name': name }));
  const node = h('tr', { 'data-testid': 'job', 'data-job': first.id },
    h('td', {}, h('a', { href: hrefOf('jobs', first.id) }, h('strong', {}, remote(first.name, 100))), why),
    h('td', { 'data-name': 'Project' }, remote(nameOf(first.project_id), 100)), model, h('td', {}, status.node),
    h('td', { class: 'wide' }, bar.node), started, duration);
  return { node, update(j) {
    status.set(j.status);
    setText(model, clean(j.model_name ?? '', 80));
    setText(why, clean(j.reason ?? '', 200));
    const progress = progressOf(j);
    bar.node.hidden = !progress;
    if (progress) bar.set(progress.share, progress.text);
    setText(started, j.started_at ? `${age(j.started_at)} ago` : '');
    setText(duration, durationOf(j) ?? '');
  } };
}
