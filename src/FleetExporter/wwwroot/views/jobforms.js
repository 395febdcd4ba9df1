// Forms that create projects and jobs, and the questions before deleting them.
import { post, remove } from '../core/api.js';
import { byAvailability, hostHint, loadConnections } from '../core/connections.js';
import { h } from '../core/dom.js';
import { formDialog } from '../widgets/form.js';
import { navigate } from '../core/router.js';
import { hosts } from '../core/store.js';
import { remoteText, sanitize } from '../core/text.js';
import { toast } from '../core/ui.js';

const TYPES = {
  other: 'Other',
  computer_vision: 'Computer vision',
  nlp: 'NLP',
  reinforcement_learning: 'Reinforcement learning',
  generative: 'Generative',
};

const input = (testid, props) => h('input', { type: 'text', 'data-testid': testid, autocomplete: 'off', spellcheck: 'false', ...props });

const select = (testid, options) =>
  h('select', { 'data-testid': testid }, options.map(([value, name]) => h('option', { value }, sanitize(name, 100))));

const connectionOption = ({ id, name }) => [id, hostHint(name) ? `${name} (${hostHint(name)})` : name];

export async function showProjectForm(done) {
  const connections = await loadConnections().catch(() => hosts().map(x => ({ id: x.hostname, name: x.hostname })));
  connections.sort((a, b) => byAvailability(a.name, b.name));
  const name = input('project-name', { required: true, maxlength: 100, autofocus: true });
  const connection = select('project-connection', connections.map(connectionOption));
  const type = select('project-type', Object.entries(TYPES));
  const [folder, description] = [
    input('project-folder', { placeholder: '/data/project' }),
    h('textarea', { 'data-testid': 'project-description', rows: 2 }),
  ];
  formDialog({
    title: 'New project',
    testid: 'project-form',
    submitLabel: 'Create',
    fields: [
      ['Name', name, 'name'],
      ['Host', connection, 'connection_id'],
      ['Kind', type, 'project_type'],
      ['Folder on the host', folder, 'remote_path'],
      ['Description', description, 'description'],
    ],
    submit: async () => {
      await post('/api/dgx/projects', {
        name: name.value.trim(),
        connection_id: connection.value,
        project_type: type.value,
        ...(folder.value.trim() ? { remote_path: folder.value.trim() } : {}),
        ...(description.value.trim() ? { description: description.value.trim() } : {}),
      });
      toast(`Project ${name.value.trim()} created.`, 'ok');
      done();
    },
  });
}

export function showJobForm(projects, selectedProject, done) {
  if (!projects.length) return toast('Create a project first: every job belongs to one.');
  const [project, name, model] = [
    select('job-project', projects.map(p => [p.id, p.name])),
    input('job-name', { required: true, maxlength: 100, autofocus: true }),
    input('job-model', { maxlength: 200 }),
  ];
  const command = h('textarea', { 'data-testid': 'job-command', required: true, rows: 3, spellcheck: 'false', placeholder: 'python train.py' });
  const gpus = input('job-gpus', { placeholder: '0,1', pattern: '[0-9, ]*' });
  const start = h('input', { type: 'checkbox', 'data-testid': 'job-start-now' });
  if (selectedProject) project.value = selectedProject;
  const fields = [['Project', project, 'project_id'], ['Name', name, 'name'], ['Model', model, 'model_name'], ['Command', command, 'config.command'],
    ['GPUs by index; empty for all', gpus, 'config.gpus'], ['Start now', start]];
  formDialog({ title: 'New job', testid: 'job-form', submitLabel: 'Create', fields,
    submit: async () => {
      if (!command.value.trim()) throw Object.assign(new Error('Enter a command.'), { fields: { 'config.command': 'Enter a command.' } });
      const indexes = gpus.value.split(/[\s,]+/).filter(Boolean).map(Number);
      const config = { command: command.value, ...(indexes.length ? { gpus: indexes } : {}) };
      const job = await post('/api/dgx/jobs', {
        project_id: project.value,
        name: name.value.trim(),
        config,
        ...(model.value.trim() ? { model_name: model.value.trim() } : {}),
      });
      const onStartFailed = error => toast(`${job.name} is created but not started: ${error.message}`, 'bad');
      if (start.checked) await post(`/api/dgx/jobs/${encodeURIComponent(job.id)}/start`, undefined).catch(onStartFailed);
      done();
      navigate('jobs', job.id);
    } });
  return undefined;
}

export function confirmJobDeletion(job, done) {
  const intro = h('p', {}, 'Deletes ', h('strong', {}, remoteText(job.name, 100)), ', its metrics and its stored output. This cannot be undone.');
  const submit = async () => {
    await remove(`/api/dgx/jobs/${encodeURIComponent(job.id)}`);
    done();
    toast(`Job ${sanitize(job.name, 100)} deleted.`, 'ok');
  };
  const labels = { title: 'Delete this job?', submitLabel: 'Delete the job', cancelLabel: 'Keep it' };
  formDialog({ ...labels, testid: 'job-delete-dialog', danger: true, intro, submit });
}

export function confirmProjectDeletion(project, done) {
  const cascade = h('input', { type: 'checkbox', 'data-testid': 'project-cascade' });
  const intro = h('p', {}, 'Deletes ', h('strong', {}, remoteText(project.name, 100)), '. Files on the host stay. This cannot be undone.');
  const fields = [['Delete its jobs too', cascade]];
  const submit = async () => {
    await remove(`/api/dgx/projects/${encodeURIComponent(project.id)}${cascade.checked ? '?cascade=true' : ''}`);
    done();
    toast(`Project ${sanitize(project.name, 100)} deleted.`, 'ok');
  };
  const labels = { title: 'Delete this project?', submitLabel: 'Delete the project', cancelLabel: 'Keep it' };
  formDialog({ ...labels, testid: 'project-delete-dialog', danger: true, intro, fields, submit });
}
