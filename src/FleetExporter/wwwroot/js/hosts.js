export const hosts = { mount(root) { root.textContent = 'hosts'; } };
