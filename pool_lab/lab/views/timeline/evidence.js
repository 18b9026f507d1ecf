/* Evidence: what shows that a sentence about the run is true, marked in the picture until its reader clears it.

   Python says what it is about (pool_lab/lab/programs/evidence.py): calls, workers, a stretch or a moment of time. */

import { seconds } from "../shared/units.js";
import { clamp, grouped } from "../shared/numbers.js";
import { line, shape } from "./shapes.js";
import { clock } from "./page.js";
import { advance, frame, scrub, showAll } from "./player.js";
import { countsAt } from "./state.js";

/** @typedef {object} Evidence
 * @property {number} panel @property {number[]} calls their numbers @property {number[]} workers
 * @property {[number, number] | null} between @property {number | null} moment
 */

/** Mark it, and move the window to it; null: no more. Returns what a screen reader says.
 * @param {Evidence | null} evidence
 */
export function mark(view, evidence) {
  const { player, state } = view, panel = evidence && state.panels[evidence.panel];
  view.marked = panel ? evidence : null;
  showAll(player);
  if (!panel) return "";
  advance(view, clock(), true); // other calls may have come since the last frame
  const { axis } = view, stretch = stretchOf(panel, evidence, state.now);
  if (stretch) frame(player, axis.place(stretch[0]), axis.place(stretch[1]));
  if (evidence.moment != null) scrub(player, axis.place(evidence.moment));
  return `Marked: ${wordsOf(panel, evidence, stretch, state)}.`;
}

const callsOf = ({ calls }, { calls: numbers }) => numbers.map((number) => calls.get(number)).filter(Boolean);

/** From when to when, in seconds; null: the whole run. */
function stretchOf(panel, evidence, now) {
  if (evidence.between) return evidence.between;
  const ran = callsOf(panel, evidence).filter(({ began }) => began != null);
  if (!ran.length) return null;
  return [Math.min(...ran.map(({ began }) => began)), Math.max(...ran.map(({ ended }) => ended ?? now))];
}

function wordsOf(panel, { calls, workers, between, moment }, stretch, state) {
  const queued = moment == null ? 0 : countsAt(panel, moment, state.now).queued, which = [];
  if (workers.length) which.push(`${workers.length > 1 ? "workers" : "worker"} ${listed(workers)}`);
  if (calls.length) which.push(calls.length > 1 ? `${grouped(calls.length)} calls` : `call ${calls[0]}`);
  const inWords = ([from, to]) => `for ${seconds(to - from)} from ${seconds(from)} on`;
  const when = stretch && (between || calls.length) ? inWords(stretch) : "";
  if (moment != null) which.push(`${grouped(queued)} queued at ${seconds(moment)}`);
  return [which.join(", ") || "all calls", when].filter(Boolean).join(" ");
}

const SHOWN = 8;

function listed(workers) {
  const names = workers.slice(0, SHOWN).map((worker) => `w${worker}`).join(", ");
  return workers.length > SHOWN ? `${names} and ${workers.length - SHOWN} more` : names;
}

/** A frame around it, so that it is seen without its colour.
 * @param {import("./shapes.js").Pen} pen @param {import("./layout.js").Box} box
 * @param {import("./layout.js").Layout} layout @param {Evidence} evidence @param {number} now
 */
export function paintEvidence(pen, box, layout, evidence, now) {
  const { panel, top, bottom, lane, bar } = box, { left, right, x } = layout;
  Object.assign(pen, { strokeStyle: pen.theme.accent, lineWidth: 2 });
  if (evidence.between) paintStretch(pen, box, layout, evidence.between);
  for (const worker of evidence.workers) {
    if (worker < panel.rows.length) framed(pen, left, top + worker * lane, right - left, bar);
  }
  for (const { began, ended, worker } of callsOf(panel, evidence)) {
    if (began == null || worker == null || began > now) continue;
    const [from, to] = [x(began), x(Math.min(ended ?? now, now))].map((at) => clamp(at, left, right));
    if (to > left && from < right) framed(pen, from - 1, top + worker * lane - 1, Math.max(to - from, 3) + 2, bar + 2);
  }
  if (evidence.moment != null) framed(pen, 1, top - 4, layout.queueEnd, bottom - top + 4);
}

function framed(pen, x, y, width, height) {
  shape(pen, x, y, width, height, 3.5);
  pen.stroke();
}

function paintStretch(pen, { top, bottom }, { left, right, x }, between) {
  const [from, to] = between.map((time) => clamp(x(time), left, right));
  Object.assign(pen, { fillStyle: pen.theme.accent, globalAlpha: 0.1 });
  pen.fillRect(from, top - 4, to - from, bottom - top + 4);
  pen.globalAlpha = 1;
  for (const at of [from, to]) {
    if (at > left && at < right) line(pen, at, top - 4, at, bottom, { color: "accent", width: 1.5 });
  }
}
