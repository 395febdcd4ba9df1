// The GPUs of one host in full: a block for each; several on a narrow screen as one line each, which unfolds.
import { h, keyed, setText } from '../core/dom.js';
import { sanitize } from '../core/text.js';
import { gpuBlock, gpuRow, ownersOf } from './gpu.js';
import { gpuFacts } from './gpufacts.js';

const FOLDED_FROM = 3;
const narrow = matchMedia('(max-width: 44rem)');

/** @param onHistory shows the history of a value of a GPU. */
export function hostGpus(hostname, onHistory) {
  const node = h('div', { class: 'gpus' });
  return { node, set(gpus, detail) {
    const isFolded = narrow.matches && gpus.length >= FOLDED_FROM;
    const make = gpu => (isFolded ? foldedGpu : fullGpu)(hostname, gpu, onHistory);
    keyed(node, gpus.map(gpu => ({ gpu, detail: detail?.gpus.find(d => d.uuid === gpu.uuid && d.index === gpu.index) })),
      ({ gpu }) => `${isFolded} ${gpu.uuid ?? gpu.index}`, ({ gpu }) => make(gpu));
  } };
}

function fullGpu(hostname, first, onHistory) {
  const [block, facts] = [gpuBlock(hostname, first), gpuFacts(first, onHistory)];
  block.node.append(facts.node);
  return { node: block.node, update({ gpu, detail }) {
    block.update(gpu);
    facts.update(gpu, detail);
  } };
}

function foldedGpu(hostname, first, onHistory) {
  const row = gpuRow(hostname, first);
  const owners = h('p', { class: 'soft small', 'data-testid': 'gpu-owners' });
  const body = h('div', {});
  let full = null;
  let latest = null;
  const node = h('details', { class: 'gpu-folded', on: { toggle: () => {
    if (!node.open || full) return;
    full = fullGpu(hostname, first, onHistory);
    body.append(full.node);
    full.update(latest);
  } } }, h('summary', {}, row.node, owners), body);
  return { node, update(next) {
    latest = next;
    row.update(next.gpu);
    setText(owners, sanitize(ownersOf(next.gpu).join(', '), 160));
    if (node.open) full?.update(next);
  } };
}
