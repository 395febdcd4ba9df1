// Runs before the first paint: sets the theme, so that a light one does not flash dark, and sends the first requests.
(() => {
  try {
    const theme = localStorage.getItem('fleet-theme');
    if (theme) document.documentElement.dataset.theme = theme;
  } catch { /* storage is disabled */ }
  window.prefetched = Object.fromEntries(['/api/me', '/api/hosts', '/api/overview'].map(path => {
    const response = fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store' });
    response.catch(() => {});
    return [path, response];
  }));
})();
