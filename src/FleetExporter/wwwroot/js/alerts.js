export const alerts = { mount(root) { root.textContent = 'alerts'; } };
