// The state of a target over time as a bar of 90 slots, of which each is as bad as its worst moment.
import { get } from '../core/api.js';
import { now } from '../core/clock.js';
import { fill, h, setAttr, setText } from '../core/dom.js';
import { isNumber, timestamp } from '../core/format.js';

const SLOTS = 90;
const RELOAD_MS = 60_000;
const FIRST_RELOAD_MS = 4000; // while it has no values

/** @param range of /api/history. */
export function stateBar(subject, range) {
  const bar = h('div', { class: 'slots', role: 'img', 'data-testid': 'state-bar' });
  const text = h('span', { class: 'soft small', 'data-testid': 'state-share' });
  const node = h('div', { class: 'state-bar' }, bar, text);
  let [loadedAt, reloadAfter] = [-Infinity, FIRST_RELOAD_MS];

  async function load() {
    if (document.hidden || now() - loadedAt < reloadAfter) return;
    loadedAt = now();
    try {
      show(await get(`/api/history?subject=${encodeURIComponent(subject)}&value=up&range=${range}`, { quiet: true }));
    } catch {
      setText(text, 'history unavailable');
    }
  }

  function show({ times, series, from, to }) {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    const slots = Array.from({ length: SLOTS }, () => ({ low: null, sum: 0, count: 0 }));
    times.forEach((time, at) => {
      const slot = slots[Math.min(SLOTS - 1, Math.max(0, Math.floor((time - start) / Math.max(1, end - start) * SLOTS)))];
      for (const s of series) {
        if (!isNumber(s.avg[at])) continue;
        slot.low = Math.min(slot.low ?? 1, s.min[at] ?? s.avg[at]);
        slot.sum += s.avg[at];
        slot.count++;
      }
    });
    const known = slots.filter(slot => slot.count);
    reloadAfter = known.length ? RELOAD_MS : FIRST_RELOAD_MS;
    const share = known.length ? known.reduce((sum, slot) => sum + slot.sum, 0) / known.reduce((sum, slot) => sum + slot.count, 0) * 100 : null;
    const down = known.filter(slot => slot.low < 1).length;
    fill(bar, slots.map((slot, i) => h('i', {
      class: !slot.count ? '' : slot.low >= 1 ? 'ok' : slot.sum / slot.count >= 0.5 ? 'warn' : 'bad',
      title: `${timestamp(start + i / SLOTS * (end - start))}: ${!slot.count ? 'unknown' : `up ${(slot.sum / slot.count * 100).toFixed(0)} %`}`,
    })));
    const first = slots.findIndex(slot => slot.count);
    const time = first > 0 ? `since ${timestamp(start + first / SLOTS * (end - start))}` : `of the last ${range}`;
    const words = share === null ? 'no values yet' : `up ${share >= 99.995 ? '100' : share < 0.005 ? '0' : share.toFixed(2)} % ${time}`;
    setText(text, words);
    setAttr(bar, 'aria-label', `${words}${down ? `; down in ${down} of ${SLOTS} parts` : ''}`);
  }

  return { node, update: load };
}
