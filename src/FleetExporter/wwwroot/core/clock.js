// Estimates the service's clock: with a wrong clock of its own, a browser must not show fresh values as stale.
let clockOffset = null;

/** @param {string|null} dateHeader the Date header of a response that has just arrived; whole seconds, so changes below 1.5 s are ignored. */
export function syncClock(dateHeader) {
  const measured = Date.parse(dateHeader ?? '') + 500 - Date.now();
  if (!Number.isNaN(measured) && (clockOffset === null || Math.abs(measured - clockOffset) > 1500)) clockOffset = measured;
}

/** The service's time in milliseconds. */
export const now = () => Date.now() + (clockOffset ?? 0);
