// Making and taking away projects and jobs.
import { all, post, remove } from './api.js';
import { h } from './dom.js';
import { formDialog } from './form.js';
import { go } from './router.js';
import { hosts } from './store.js';
import { clean, remote } from './text.js';
import { toast } from './ui.js';

const TYPES = { other: 'Other', computer_vision: 'Computer vision', nlp: 'NLP', reinforcement_learning: 'Reinforcement learning', generative: 'Generative' };

const input = (testid, props) => h('input', { type: 'text', 'data-testid': testid, autocomplete: 'off', spellcheck: 'false', ...props });

const select = (testid, options) => h('select', { 'data-testid': testid }, options.map(([value, name]) => h('option', { value }, clean(name, 100))));

export async function newProject(done) {
  const connections = await all('/api/dgx/connections').catch(() => hosts().map(x => ({ id: x.hostname, name: x.hostname })));
  const [name, connection, type] = [input('project-name', { required: true, maxlength: 100, autofocus: true }), select('project-connection', connections.map(c => [c.id, c.name])), select('project-type', Object.entries(TYPES))];
  const [folder, description] = [input('project-folder', { placeholder: '/data/project' }), h('textarea', { 'data-testid': 'project-description', rows: 2 })];
  formDialog({ title: 'New project', testid: 'project-form', go: 'Create', fields: [['Name', name, 'name'], ['Host', connection, 'connection_id'], ['Kind', type, 'project_type'], ['Folder on the host', folder, 'remote_path'], ['Description', description, 'description']],
    submit: async () => {
      await post('/api/dgx/projects', { name: name.value.trim(), connection_id: connection.value, project_type: type.value, ...(folder.value.trim() ? { remote_path: folder.value.trim() } : {}), ...(description.value.trim() ? { description: description.value.trim() } : {}) });
      toast('The project is made.', 'ok');
      done();
    } });
}

export function newJob(projects, chosen, done) {
  if (!projects.length) return toast('Make a project first: a job belongs to one.');
  const [project, name, model] = [select('job-project', projects.map(p => [p.id, p.name])), input('job-name', { required: true, maxlength: 100, autofocus: true }), input('job-model', { maxlength: 200 })];
  const [command, gpus, start] = [h('textarea', { 'data-testid': 'job-command', rows: 3, spellcheck: 'false', placeholder: 'python train.py' }), input('job-gpus', { placeholder: '0,1', pattern: '[0-9, ]*' }), h('input', { type: 'checkbox', 'data-testid': 'job-start-now' })];
  if (chosen) project.value = chosen;
  formDialog({ title: 'New job', testid: 'job-form', go: 'Create', fields: [['Project', project, 'project_id'], ['Name', name, 'name'], ['Model', model, 'model_name'], ['Command', command, 'config.command'], ['GPUs, by index; empty for all', gpus, 'config.gpus'], ['Start it now', start]],
    submit: async () => {
      const indexes = gpus.value.split(/[\s,]+/).filter(Boolean).map(Number);
      const config = { ...(command.value.trim() ? { command: command.value } : {}), ...(indexes.length ? { gpus: indexes } : {}) };
      const job = await post('/api/dgx/jobs', { project_id: project.value, name: name.value.trim(), config, ...(model.value.trim() ? { model_name: model.value.trim() } : {}) });
      if (start.checked) await post(`/api/dgx/jobs/${encodeURIComponent(job.id)}/start`, undefined).catch(error => toast(`It is made, but did not start: ${error.message}`, 'bad'));
      done();
      go('jobs', job.id);
    } });
  return undefined;
}

export function removeJob(job, done) {
  formDialog({ title: 'Delete this job?', testid: 'job-delete-dialog', go: 'Delete', danger: true, intro: h('p', {}, remote(job.name, 100), ', with its numbers and what is known of its output.'), submit: async () => {
    await remove(`/api/dgx/jobs/${encodeURIComponent(job.id)}`);
    done();
  } });
}

export function removeProject(project, done) {
  const cascade = h('input', { type: 'checkbox', 'data-testid': 'project-cascade' });
  formDialog({ title: 'Delete this project?', testid: 'project-delete-dialog', go: 'Delete', danger: true, intro: h('p', {}, remote(project.name, 100), '. Nothing on the host is touched.'), fields: [['With all its jobs', cascade]], submit: async () => {
    await remove(`/api/dgx/projects/${encodeURIComponent(project.id)}${cascade.checked ? '?cascade=true' : ''}`);
    done();
  } });
}
