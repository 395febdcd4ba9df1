// Runs before the first paint: sets the theme, so that a light one does not flash dark, and sends the first requests.
(() => {
  let theme = matchMedia('(prefers-color-scheme: light)').matches ? 'day' : 'night';
  try {
    theme = localStorage.getItem('fleet-theme') ?? theme;
  } catch { /* storage is disabled */ }
  document.documentElement.dataset.theme = theme;
  // The code of a login link is in no request but the one that redeems it, and leaves the address at once.
  window.takeLoginCode = () => {
    const code = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
    if (code) history.replaceState(null, '', location.pathname);
    return code;
  };
  window.loginCode = window.takeLoginCode();
  if (window.loginCode) return;
  window.prefetched = Object.fromEntries(['/api/me', '/api/hosts', '/api/overview'].map(path => {
    const response = fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store' });
    response.catch(() => {});
    return [path, response];
  }));
})();
