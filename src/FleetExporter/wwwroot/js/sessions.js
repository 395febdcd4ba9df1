export const sessions = { mount(root) { root.textContent = 'sessions'; } };
