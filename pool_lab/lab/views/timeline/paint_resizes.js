/* Where the pool was resized: a dotted line, and words where they cover no bar. */

import { line, text, widthOf } from "./shapes.js";
import { firstAfter } from "./state.js";

export function paintResizes(pen, state, box, layout, now) {
  const wordsOf = ({ before, after }) => `${before} → ${after}${layout.narrow ? "" : " workers"}`;
  const wide = (mark) => widthOf(pen, wordsOf(mark)), taken = [];
  const steps = box.panel.resizes.filter(({ time }) => time <= now).map((one) => ({ ...one, x: layout.x(one.time) }));
  const rows = together(steps, (step) => wide(step) + 16);
  const marks = whereLanesBegin(rows, box.panel.rows, now).map((one) => ({ ...one, x: layout.x(one.time) }));
  for (const { x } of marks) line(pen, x, box.top - 4, x, box.bottom, { width: 1.25, dash: [1.5, 3] });
  // No words where bars are still to come.
  const edge = state.running || now < state.now ? Math.min(layout.right, layout.x(now) - 6) : layout.right;
  const isClear = ({ x0, x1, y }) => !taken.some((one) => one.y === y && one.x0 < x1 + 8 && x0 - 8 < one.x1);
  // No other line goes through the words, or between them and their own line.
  const isBetween = (x, mark, { x0, x1 }) => Math.min(x0, mark.x) - 3 < x && x < Math.max(x1, mark.x) + 3;
  const isCrossed = (spot, mark) => marks.some((other) => other !== mark && isBetween(other.x, mark, spot));
  for (const mark of marks) {
    const spots = [...wordSpots(mark, wide(mark), box, { ...layout, edge, now })].filter(isClear);
    // Across the line of another resize is better than no words; across its words is not.
    const spot = spots.find((one) => one.y < box.top || !isCrossed(one, mark)) ?? spots[0];
    if (!spot) continue;
    taken.push(spot);
    text(pen, wordsOf(mark), spot.x0, spot.y, { color: "ink" });
  }
}

/** An idle pool starts no worker when it is resized, but for later calls. The line is where those lanes begin.
 * @param {import("./state.js").Row[]} rows @param {number} now
 */
export function whereLanesBegin(resizes, rows, now) {
  return resizes.map((resize, at) => {
    const until = Math.min(now, resizes[at + 1]?.time ?? Infinity);
    const lives = rows.slice(resize.before).flatMap((row) => row.lives.map(({ started }) => started));
    const time = Math.min(...lives.filter((started) => started >= resize.time && started <= until));
    return { ...resize, time: Number.isFinite(time) ? time : resize.time };
  });
}

/** Steps in one direction that are too close for their own words become one: with the line of the first, since what
 * they changed comes after it. A change of direction stays, unless it is too close to be seen.
 */
function together(steps, roomOf) {
  const groups = [];
  for (const step of steps) {
    const last = groups.at(-1), turns = last && step.after > step.before !== last.after > last.before;
    if (last && step.x - last.x < (turns ? 14 : roomOf(step))) last.after = step.after;
    else groups.push({ ...step });
  }
  return groups.filter(({ before, after }) => before !== after);
}

/** Where the words cover no bar, best first: in the lanes that came or went, in others, above them. */
function* wordSpots({ x, before, after }, width, { panel, top, lane, bar }, { left, edge, x: at, timeAt, now }) {
  const changed = (row) => row >= Math.min(before, after) && row < Math.max(before, after);
  const rows = [...panel.rows.keys()].reverse().sort((one, other) => Number(changed(other)) - Number(changed(one)));
  for (const row of lane < 13 ? [] : rows) {
    const { bars } = panel.rows[row], y = top + row * lane + bar / 2 + 4;
    // A worker that is to exit finishes its call first: the words come after it.
    const end = bars.length ? at(Math.min(bars.at(-1).ended ?? now, now)) : x;
    const behind = 8 + (end > x && end < x + 64 ? end : x);
    const sides = [{ x0: x - 8 - width, x1: x - 8, y }, { x0: behind, x1: behind + width, y }];
    const isOpen = ({ x0, x1 }) => x0 >= left && x1 <= edge && isFree(bars, at, timeAt, x0 - 4, x1 + 4);
    yield* (after > before ? sides : sides.toReversed()).filter(isOpen);
  }
  for (const start of [x - width / 2, x - width + 4, x - 4]) {
    const x0 = Math.max(left, Math.min(start, edge - width));
    yield { x0, x1: x0 + width, y: top - 7 };
  }
}

function isFree(bars, x, timeAt, x0, x1) {
  const next = bars[firstAfter(bars, timeAt(x0))];
  return !next || x(next.began) >= x1;
}
