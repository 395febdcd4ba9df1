// Before the first paint, so that a light theme does not flash dark.
(() => {
  try {
    const theme = localStorage.getItem('fleet-theme');
    if (theme) document.documentElement.dataset.theme = theme;
  } catch { /* storage is off */ }
})();
