/* The time axis below the lanes. */

import { seconds } from "../shared/units.js";
import { line, text, widthOf } from "./shapes.js";

/** Ticks at round seconds. Where a pause was cut out, the axis is interrupted and says how long it was. */
export function paintAxis(pen, { left, right, axis, scale, window, x, timeAt, breaks }) {
  const least = 72 / scale, power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find((one) => one * power >= least), unit = timeAt(right) < 0.2 ? 1e3 : 1;
  const places = Math.max(0, -Math.floor(Math.log10(step * unit) + 1e-9));
  const shown = breaks.filter((one) => one.right > window.from && one.left < window.to);
  const gaps = shown.map((one) => paintBreak(pen, one, { x, axis, left, right }));
  let name = unit > 1 ? " ms" : " s";
  for (let n = Math.ceil(timeAt(left) / step - 1e-6); n * step <= timeAt(right); n += 1) {
    const inside = shown.find(({ from, to }) => n * step > from && n * step < to);
    if (inside) n = Math.ceil(inside.to / step);
    const words = (n * step * unit).toFixed(places) + name, half = widthOf(pen, words) / 2;
    const at = Math.min(x(n * step), right - half);
    if (at > right || gaps.some((gap) => Math.abs(gap - at) < 48)) continue;
    text(pen, words, at, axis, { align: "center" });
    name = "";
  }
}

function paintBreak(pen, { from, to }, { x, axis, left, right }) {
  const at = (x(from) + x(to)) / 2, words = `${seconds(to - from)} idle`;
  if (at < left || at > right) return at;
  for (const side of [-3, 2]) line(pen, at + side, axis - 13, at + side + 4, axis - 23, { color: "grey", width: 1.25 });
  const middle = Math.min(at, right - widthOf(pen, words) / 2);
  text(pen, words, middle, axis, { align: "center" });
  return middle;
}
