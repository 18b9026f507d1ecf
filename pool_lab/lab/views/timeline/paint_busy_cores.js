/* The strip below the lanes of a panel: how many cores its calls kept busy, from what is known of calls that ended. */

import { ABOVE_STRIP, STRIP } from "./layout.js";
import { line, text } from "./shapes.js";

/** The width of a step, in pixels: a call's time on a core is spread over the call. */
const STEP = 6;

/** How many cores were busy in each step from the left; up to where all calls are known.
 * @param {import("./state.js").Panel} panel @param {import("./layout.js").Layout} layout @param {number} now
 */
export function busyCores(panel, { left, right, timeAt }, now) {
  const edges = Array.from({ length: Math.floor((right - left) / STEP) + 1 }, (_, at) => timeAt(left + at * STEP));
  const levels = new Array(edges.length - 1).fill(0), wide = edges[1] - edges[0];
  let known = 0, until = Infinity;
  for (const { bars } of panel.rows) {
    for (const { began, ended, ending, share } of bars) {
      if (began > now) break;
      if (!ending || ended > now) until = Math.min(until, began);
      else {
        known = Math.max(known, ended);
        spread(levels, edges, wide, began, ended, share ?? 0);
      }
    }
  }
  const end = Math.min(known, until), whole = edges.findIndex((edge) => edge >= end);
  return levels.slice(0, whole < 0 ? levels.length : whole);
}

function spread(levels, edges, wide, began, ended, share) {
  let at = Math.max(0, Math.floor((began - edges[0]) / wide));
  for (; at < levels.length && edges[at] < ended; at += 1) {
    levels[at] += (share * Math.max(0, Math.min(ended, edges[at + 1]) - Math.max(began, edges[at]))) / wide;
  }
}

/** @param {import("./shapes.js").Pen} pen @param {import("./layout.js").Box} box
 * @param {import("./layout.js").Layout} layout @param {number} now
 */
export function paintBusyCores(pen, { panel, bottom }, layout, now) {
  const { left, right } = layout, base = bottom + ABOVE_STRIP + STRIP, levels = busyCores(panel, layout, now);
  const most = Math.max(panel.cores, ...levels), y = (cores) => base - (cores / most) * STRIP;
  pen.fillStyle = pen.theme[panel.kind] || pen.theme.grey;
  pen.globalAlpha = 0.55;
  for (const [at, cores] of levels.entries()) pen.fillRect(left + at * STEP, y(cores), STEP, base - y(cores));
  pen.globalAlpha = 1;
  line(pen, left, base, right, base, { alpha: 0.14 });
  line(pen, left, y(panel.cores), right, y(panel.cores), { color: "grey", dash: [1, 4], alpha: 0.8 });
  text(pen, layout.narrow ? "cores" : "busy cores", left - 8, base - 1, { align: "right" });
  text(pen, String(panel.cores), left - 8, y(panel.cores) + 5, { align: "right" });
}
