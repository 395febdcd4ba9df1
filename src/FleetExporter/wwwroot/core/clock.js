// The service's clock as seen from here: a phone that is minutes off must not make values look old.
let skew = null;

/** @param {string|null} date the Date header of an answer that has just come. Whole seconds: the smallest difference seen is the nearest. */
export function hear(date) {
  const seen = Date.parse(date ?? '') + 500 - Date.now();
  if (!Number.isNaN(seen) && (skew === null || Math.abs(seen - skew) > 1500)) skew = seen;
}

export const now = () => Date.now() + (skew ?? 0);
