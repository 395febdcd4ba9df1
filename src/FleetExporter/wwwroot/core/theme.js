// Six themes made of CSS variables; local storage keeps the selected one.
import { byId, fill, h } from './dom.js';

const THEMES = { night: 'Night', day: 'Day', steel: 'Steel', ember: 'Ember', paper: 'Paper', contrast: 'Contrast' };

export function setUpThemes() {
  const select = byId('theme');
  fill(select, Object.entries(THEMES).map(([key, name]) => h('option', { value: key }, name)));
  const root = document.documentElement;
  if (!(root.dataset.theme in THEMES)) root.dataset.theme = matchMedia('(prefers-color-scheme: light)').matches ? 'day' : 'night';
  select.value = root.dataset.theme;
  select.addEventListener('change', () => setTheme(select.value));
}

export function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId('theme').value = theme;
  try {
    localStorage.setItem('fleet-theme', theme);
  } catch { /* storage is disabled: lasts until the page is closed */ }
}

export function nextTheme() {
  const names = Object.keys(THEMES);
  setTheme(names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length]);
}
