// Six themes by CSS variables; the choice is kept in this browser.
import { byId, fill, h } from './dom.js';

const THEMES = { night: 'Night', day: 'Day', steel: 'Steel', ember: 'Ember', paper: 'Paper', contrast: 'Contrast' };

export function setUpThemes() {
  const select = byId('theme');
  fill(select, Object.entries(THEMES).map(([key, name]) => h('option', { value: key }, name)));
  const root = document.documentElement;
  if (!(root.dataset.theme in THEMES)) root.dataset.theme = 'night';
  select.value = root.dataset.theme;
  select.addEventListener('change', () => use(select.value));
}

export function use(theme) {
  document.documentElement.dataset.theme = theme;
  byId('theme').value = theme;
  try {
    localStorage.setItem('fleet-theme', theme);
  } catch { /* storage is off: for this visit only */ }
}

export function next() {
  const names = Object.keys(THEMES);
  use(names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length]);
}
