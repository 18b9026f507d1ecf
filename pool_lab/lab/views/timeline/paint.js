/* The timeline's picture: state and layout -> paint(). `now` is the moment that is shown: what is later is left out. */

import { clamp, grouped, sum } from "../shared/numbers.js";
import { blocks, marksOf } from "./blocks.js";
import { paintCrowds } from "./paint_crowds.js";
import { paintEvidence } from "./evidence.js";
import { paintAxis } from "./paint_axis.js";
import { paintBusyCores } from "./paint_busy_cores.js";
import { ALWAYS, COUNTS } from "./layout.js";
import {
  bracket, LETTERS, line, paintBar, paintEdge, paintLabel, paintMark, paintQueued, paintRunning, shape, styleOf, tear,
  text, widthOf,
} from "./shapes.js";
import { paintPreviousRun, paintStretch } from "./previous_run.js";
import { paintResizes } from "./paint_resizes.js";
import { countsAt, firstAfter, knownAt } from "./state.js";
import { tally } from "./words.js";

/** Width and height of a queued call, with the gap behind it. @type {[number, number][]} */
const SIZES = [[8, 10], [6, 8], [4, 5], [3, 3]];

/** A bar that is narrower has no gap and no round corners. */
const NARROW = 5;
/** If there are more bars than these in the picture, the others have none either. */
const MOST_ROUND = 300;

/** `flight`: how many seconds of the run a call takes, to be seen, from the queue to its worker; 0: it is not shown.
 * `marked`: what is marked as evidence.
 * @param {import("./shapes.js").Pen} pen @param {import("./state.js").State} state
 * @param {import("./layout.js").Layout} layout @param {number} now
 * @param {{ selected?: import("./state.js").Call | null, flight?: number,
 *   marked?: import("./evidence.js").Evidence | null }} more
 */
export function paint(pen, state, layout, now, { selected = null, flight = 0, marked = null } = {}) {
  const counts = layout.boxes.map(({ panel }) => countsAt(panel, now, state.now));
  const rowsOf = (panel) => panel.rows.map(({ bars }) => blocks(bars, layout, knownAt(panel, now)));
  const shown = layout.boxes.map(({ panel }) => rowsOf(panel));
  const square = sum(shown.flat().map((row) => row.filter((block) => !isNarrow(block)).length)) > MOST_ROUND;
  for (const [number, box] of layout.boxes.entries()) {
    const known = knownAt(box.panel, now);
    paintLanes(pen, box, layout, known);
    inside(pen, layout, box, () => paintPreviousRun(pen, box, layout));
    inside(pen, layout, box, () => paintBars(pen, box, layout, shown[number], square));
    inside(pen, layout, box, () => paintSelected(pen, box, layout, known, selected));
    paintQueue(pen, box, layout, counts[number]);
    if (flight > 0) paintFlights(pen, box, layout, known, flight);
    inside(pen, layout, box, () => paintResizes(pen, state, box, layout, known));
    if (marked?.panel === number) paintEvidence(pen, box, layout, marked, known);
    if (box.panel.cores) paintBusyCores(pen, box, layout, known);
  }
  if (state.running || now < state.now) paintNow(pen, layout, now);
  for (const [number, box] of layout.boxes.entries()) paintHead(pen, box, layout, state.run ? counts[number] : null);
  paintAxis(pen, layout);
  for (const item of layout.legend) paintLegend(pen, item, layout.boxes[0].panel.kind);
}

/** Paint nothing outside of the lanes. */
function inside(pen, { left, right }, { top, bottom }, action) {
  pen.save();
  pen.beginPath();
  pen.rect(left - 1, top - 18, right - left + 2, bottom - top + 20);
  pen.clip();
  action();
  pen.restore();
}

function paintLanes(pen, { panel, top, lane, bar }, { left, right, x }, now) {
  const every = lane >= 13 ? 1 : lane >= 7 ? 4 : 8;
  panel.rows.forEach((row, worker) => {
    const y = top + worker * lane, under = y + lane - (lane > 6 ? 1.5 : 0.5);
    const ready = !row.lives.length && worker < panel.begunWith;
    if (worker % every === 0) text(pen, `w${worker}`, left - 8, y + bar / 2 + 4, { align: "right" });
    if (ready) line(pen, left, under, right, under, { alpha: 0.14 });
    for (const life of row.lives) if (life.started <= now) paintLife(pen, life, y, under, bar, { left, right, x }, now);
  });
}

function paintLife(pen, { started, stopped, error }, y, under, bar, { left, right, x }, now) {
  const isOver = stopped != null && stopped <= now, stop = isOver ? x(stopped) : Infinity;
  const start = clamp(x(started), left, right), end = clamp(stop, left, right);
  line(pen, start, under, end, under, { alpha: 0.14 });
  if (!isOver || stop < left || stop > right) return;
  if (error) return tear(pen, end, y, bar);
  const fade = pen.createLinearGradient(end, 0, end + 32, 0);
  fade.addColorStop(0, pen.theme.ink);
  fade.addColorStop(1, "transparent");
  line(pen, end, under, Math.min(end + 32, right), under, { color: fade, alpha: 0.14 });
}

/** @param {import("./blocks.js").Block[][]} rows what each worker's row shows */
function paintBars(pen, { panel, top, lane, bar }, layout, rows, square) {
  const style = { ...styleOf(pen, panel.kind), square };
  rows.forEach((shown, worker) => {
    const y = top + worker * lane;
    paintCrowds(pen, shown.filter(isNarrow), y, bar, style);
    for (const block of shown) {
      if (isNarrow(block)) continue;
      if (block.isOver) paintBar(pen, block, y, bar, style);
      else paintRunning(pen, block, y, bar, style);
      if (block.bad) paintEdge(pen, block, y, bar, style);
    }
    const named = shown.filter(({ call }) => call?.label);
    const labelled = new Map(named.map((block) => [block.x0, paintLabel(pen, block, y, bar, layout)]));
    for (const mark of marksOf(shown)) {
      const left = Math.max(layout.left, labelled.get(mark.x0) ?? layout.left);
      paintMark(pen, mark, y, bar, { left, right: layout.right });
    }
  });
}

const isNarrow = ({ isOver, x0, x1 }) => isOver && x1 - x0 < NARROW;

function paintSelected(pen, { panel, top, lane, bar }, { x }, now, selected) {
  if (selected?.worker == null || selected.panel !== panel.index || selected.began > now) return;
  const { began, ended, worker } = selected, y = top + worker * lane;
  const x0 = x(began), wide = Math.max(x(Math.min(ended ?? now, now)) - x0, 2);
  Object.assign(pen, { strokeStyle: pen.theme.ink, lineWidth: 2 });
  shape(pen, x0 - 1, y - 1, wide + 1, bar + 2, 3.5);
  pen.stroke();
}

/** Queued calls, as large and as many as there is room for, the next one on the right. On their left are those that
 * were cancelled or failed in the queue, a column at most for each; the counts above say how many.
 */
function paintQueue(pen, { panel, top, bottom }, { queueEnd }, counts) {
  const few = (many) => Math.min(many, Math.max(1, Math.floor((bottom - top) / 10)));
  const signs = [["queued", counts.queued], ["cancelled", few(counts.cancelled)], ["raised", few(counts.stranded)]];
  const columns = (many, high) => Math.ceil(many / Math.max(1, Math.floor((bottom - top) / high)));
  const needed = ([wide, high]) => sum(signs.map(([sign, many]) => columns(many, high) * pitch(sign, wide)));
  const [wide, high] = SIZES.find((size) => needed(size) <= queueEnd) ?? SIZES.at(-1);
  let x = queueEnd;
  for (const [sign, many] of signs) {
    for (let n = 0; n < many; n += 1) {
      const row = n % Math.max(1, Math.floor((bottom - top) / high));
      if (row === 0) x -= pitch(sign, wide);
      if (x < 0) break;
      paintQueued(pen, sign, x, top + 1 + high * row, pitch(sign, wide) - 2, high - 2, panel.kind);
    }
  }
}

const pitch = (sign, wide) => (sign === "cancelled" ? wide * 2 : wide);

/** Calls on their way from the queue to their worker. */
function paintFlights(pen, { panel, top, lane, bar }, { queueEnd, left, right, x }, now, flight) {
  panel.rows.forEach(({ bars }, worker) => {
    const call = bars[firstAfter(bars, now)];
    const gone = call ? (now - (call.dispatched ?? call.began)) / flight : 1;
    // One that is over before it would arrive is not shown on its way.
    if (!(gone >= 0 && gone < 1) || (call.ending && call.ended - call.began < flight)) return;
    const part = 1 - (1 - gone) ** 3, goal = clamp(x(call.began), left, right), y = top + worker * lane;
    const between = (from, to) => from + (to - from) * part;
    const [atX, atY] = [between(queueEnd - 8, goal), between(top + 1, y)];
    paintQueued(pen, "queued", atX, atY, between(6, 9), between(8, bar), panel.kind);
  });
}

function paintNow(pen, { boxes, x, left, right }, now) {
  const at = x(now), top = (boxes.find(({ panel }) => !panel.isOver) ?? boxes[0]).top - 8;
  if (at < left - 1 || at > right + 1) return;
  line(pen, at, top, at, boxes.at(-1).bottom + 2, { width: 1.25 });
  pen.fillStyle = pen.theme.ink;
  pen.beginPath();
  pen.arc(at, top, 3, 0, 7);
  pen.fill();
}

/** Title, note and counts; no counts before the first run. */
function paintHead(pen, { panel, head, under }, { narrow, width }, known) {
  const size = narrow ? 11.5 : 12.5, gap = narrow ? 9 : 14;
  // A number has room for the largest that it can become: nothing moves while it grows.
  const widest = narrow ? 0 : widthOf(pen, grouped(panel.calls.size).replace(/\d/g, "0"), size, 700);
  const slotOf = (number, at) => Math.max(at < ALWAYS ? widest : 0, widthOf(pen, number, size, 700));
  const shown = known ? tally(known, { all: true }) : [];
  // What is in brackets belongs to the number before it.
  const gapAfter = (at) => (at >= ALWAYS - 1 && at < shown.length - 1 ? 6 : gap);
  const counts = shown.map(({ number, word }, at) => ({ number, word, slot: slotOf(number, at), after: gapAfter(at) }));
  const wide = sum(counts.map(({ word, slot, after }) => slot + 4 + widthOf(pen, word, size) + after));
  let x = narrow ? 0 : width - wide + gap, y = narrow ? head + COUNTS : head;
  const title = widthOf(pen, panel.title, 14, 700), room = (narrow ? width : x) - 10 - title - 10;
  const note = [panel.note, panel.note.split(" · ")[0]].find((words) => widthOf(pen, words, size) < room) ?? "";
  // The line of the present moment stays behind the words.
  if (wide) pen.clearRect(x - 4, y - 12, wide, 15);
  pen.clearRect(0, head - 13, title + 10 + widthOf(pen, note, size) + 4, 17);
  for (const [at, { number, word, slot, after }] of counts.entries()) {
    if (under === 2 && at === ALWAYS) [x, y] = [0, y + COUNTS];
    text(pen, number, x + slot, y, { size, weight: 700, color: "ink", align: "right" });
    x += slot + 4;
    x += text(pen, word, x, y, { size }) + after;
  }
  text(pen, panel.title, 0, head, { size: 14, weight: 700, color: "ink" });
  text(pen, note, title + 10, head, { size });
}

function paintLegend(pen, { sign, words, mark, x, y }, kind) {
  const style = styleOf(pen, kind), block = { x0: x, x1: x + mark, share: 0.45 };
  if (sign === "level") paintBar(pen, block, y - 11, 14, style);
  if (sign === "running") paintRunning(pen, block, y - 11, 14, style);
  if (sign in LETTERS && sign !== "cancelled") {
    paintEdge(pen, { ...block, bad: sign }, y - 11, 14);
    paintMark(pen, { ...block, bad: sign, many: 1 }, y - 11, 14);
  }
  if (sign === "cancelled") bracket(pen, x, y - 4, mark, 4);
  if (sign === "queued") paintQueued(pen, sign, x, y - 9, 7, 10, kind);
  if (sign === "died") tear(pen, x + 6, y - 11, 14);
  if (sign === "previous") paintStretch(pen, x, x + mark, y - 5);
  text(pen, words, x + mark + 8, y);
}
