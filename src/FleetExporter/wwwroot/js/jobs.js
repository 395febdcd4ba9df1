export const jobs = { mount(root) { root.textContent = 'jobs'; } };
