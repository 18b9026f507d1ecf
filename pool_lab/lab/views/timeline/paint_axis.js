/* The time axis below the lanes. */

import { seconds } from "../shared/units.js";
import { line, text, widthOf } from "./shapes.js";

const APART = 8;
/** So far from their pause, words are left out. */
const FAR = 72;
/** Half as wide as a pause counts, so that a time beside its mark does not seem to belong to it. */
const MARK = 20;

/** Ticks at round seconds. Where a pause was cut out, the axis is interrupted and says how long it was. */
export function paintAxis(pen, { left, right, axis, scale, window, x, timeAt, breaks }) {
  const least = 72 / scale, power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find((one) => one * power >= least), unit = timeAt(right) < 0.2 ? 1e3 : 1;
  const places = Math.max(0, -Math.floor(Math.log10(step * unit) + 1e-9));
  const shown = breaks.filter((one) => one.right > window.from && one.left < window.to);
  const gaps = paintBreaks(pen, shown, { x, axis, left, right });
  let name = unit > 1 ? " ms" : " s";
  for (let n = Math.ceil(timeAt(left) / step - 1e-6); n * step <= timeAt(right); n += 1) {
    const inside = shown.find(({ from, to }) => n * step > from && n * step < to);
    if (inside) n = Math.ceil(inside.to / step);
    const words = (n * step * unit).toFixed(places) + name, half = widthOf(pen, words) / 2;
    const at = Math.min(x(n * step), right - half);
    if (at > right || !isFree(at, half, gaps)) continue;
    text(pen, words, at, axis, { align: "center" });
    name = "";
  }
}

/** Whether words with this middle and half their width keep clear of what is there.
 * @param {{ at: number, half: number }[]} taken
 */
export const isFree = (at, half, taken) => taken.every((one) => Math.abs(one.at - at) >= one.half + half + APART);

/** Returns what the ticks keep away from. */
function paintBreaks(pen, shown, { x, axis, left, right }) {
  const all = shown.map(({ from, to }) => {
    const at = (x(from) + x(to)) / 2, words = `${seconds(to - from)} idle`;
    return { at, words, width: widthOf(pen, words) };
  });
  const inside = all.filter(({ at }) => at >= left && at <= right), middles = middlesOf(inside, right);
  for (const [number, { at, words }] of inside.entries()) {
    for (const one of [at - 3, at + 2]) line(pen, one, axis - 13, one + 4, axis - 23, { color: "grey", width: 1.25 });
    if (middles[number] !== null) text(pen, words, middles[number], axis, { align: "center" });
  }
  const words = inside.map(({ width }, number) => ({ at: middles[number], half: width / 2 }));
  return [...all.map(({ at }) => ({ at, half: MARK })), ...words.filter(({ at }) => at !== null)];
}

/** Where the middles of words come: at their places, or left of them, so that they end before `right` and before the
 * next words. `null`: nowhere near.
 * @param {{ at: number, width: number }[]} places from left to right
 */
export function middlesOf(places, right) {
  let end = right;
  const backwards = [...places].reverse().map(({ at, width }) => {
    const middle = Math.min(at, end - width / 2);
    if (at - middle > FAR) return null;
    end = middle - width / 2 - APART;
    return middle;
  });
  return backwards.reverse();
}
