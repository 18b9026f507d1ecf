/* The time axis, and the window: the part of it that is shown.

   A pause, in which no call waits or runs, is cut out of the axis except for a narrow gap. So there are two measures:
   seconds of the run, and places on the axis, which are those seconds without the pauses. A window is two places. */

import { clamp, sum } from "../shared/numbers.js";
import { previousEnd } from "./state.js";

const NICE = [1, 1.5, 2, 3, 4, 5, 6, 8];
/** The shortest window, in seconds. */
export const NARROWEST_S = 20e-6;

/** Two places on the axis. @typedef {{ from: number, to: number }} Window */
/** @typedef {{ from: number, to: number, left: number, right: number }} Break a pause in seconds; its gap in places */
/** @typedef {{ place(time: number): number, time(place: number): number, breaks: Break[] }} Axis */

/** From seconds to places and back. @param {{ pauses: [number, number][], now: number }} run @returns {Axis} */
export function axisOf({ pauses, now }) {
  if (!pauses.length) return { place: (time) => time, time: (place) => place, breaks: [] };
  const paused = sum(pauses.map(([from, to]) => to - from)), wide = Math.max(1e-4, (now - paused) * 0.05);
  let cut = 0;
  const breaks = pauses.map(([from, to]) => {
    const one = { from, to, left: from - cut, right: from - cut + wide };
    cut += to - from - wide;
    return { ...one, cut };
  });
  const before = (value, edge) => breaks.findLast((one) => one[edge] <= value);
  const place = (time) => {
    const last = before(time, "from");
    if (!last) return time;
    return time < last.to ? last.left + ((time - last.from) / (last.to - last.from)) * wide : time - last.cut;
  };
  const time = (at) => {
    const last = before(at, "left");
    if (!last) return at;
    return at < last.right ? last.from + ((at - last.left) / wide) * (last.to - last.from) : at + last.cut;
  };
  return { place, time, breaks };
}

/** The window that shows all: it grows in steps while the run goes on, and fits the run when it is over.
 * @param {import("./state.js").State} state @param {Axis} axis @param {number} now @returns {Window}
 */
export function wholeOf({ running, run, dropped, panels, longest }, axis, now) {
  const from = dropped ? axis.place(oldestOf(panels)) : 0;
  const end = axis.place(Math.max(now, longest, previousEnd(panels)));
  if (!running && end > from) return { from, to: from + (end - from) * 1.015 };
  const least = Math.max((end - from) / 0.9, run ? 0.5 : 1), power = 10 ** Math.floor(Math.log10(least));
  return { from, to: from + power * (NICE.find((step) => step * power >= least * 0.9999) ?? 10) };
}

const oldestOf = (panels) =>
  Math.min(...panels.flatMap(({ rows }) => rows.map(({ bars }) => bars[0]?.began ?? Infinity)));

/** The window, so many times as wide; `about` is the place that stays where it is. Null if it shows all.
 * @param {Window} window @param {number} factor @param {number} about @param {Window} whole
 */
export function zoomed({ from, to }, factor, about, whole) {
  const wide = clamp((to - from) * factor, NARROWEST_S, whole.to - whole.from);
  const left = about - ((about - from) / (to - from)) * wide;
  return within({ from: left, to: left + wide }, whole);
}

/** The window, moved. @param {Window} window @param {number} by @param {Window} whole */
export const panned = ({ from, to }, by, whole) => within({ from: from + by, to: to + by }, whole);

/** The same width, moved so that it shows nothing beyond the whole; null if it shows all. */
function within({ from, to }, whole) {
  const wide = to - from;
  if (wide >= (whole.to - whole.from) * 0.999) return null;
  const left = clamp(from, whole.from, whole.to - wide);
  return { from: left, to: left + wide };
}
