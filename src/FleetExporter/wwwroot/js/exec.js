export const exec = { mount(root) { root.textContent = 'exec'; } };
