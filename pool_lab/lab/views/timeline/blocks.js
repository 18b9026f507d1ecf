/* The blocks of which a worker's row is drawn: layout and moment -> blocks(). No page. */

import { firstAfter, knownAt } from "./state.js";

/** A crowd is at most so many pixels wide, so that its level still shows what was when. */
const CROWD = 4;
/** Marks that are closer, with a number beside them, would lie on each other. In pixels. */
const MARK = 18;

/** A call, or a crowd of neighbours too narrow to be seen: then `call` is null. `bad`: how it ended, if not well.
 * @typedef {object} Block
 * @property {import("./state.js").Call | null} call @property {number} x0 @property {number} x1
 * @property {number | null} share of its time on a core @property {string | null} bad @property {boolean} isOver
 * @property {number} [many] how many calls @property {number} failed how many of them ended as `bad` says
 */

/** What a row shows at a moment. As long as the window stays the same, so do the blocks of calls that are over: they
 * are kept for the next frame.
 * @param {import("./state.js").Call[]} bars @param {import("./layout.js").Layout} layout @param {number} now
 * @returns {Block[]}
 */
export function blocks(bars, layout, now) {
  const kept = keptOf(bars, layout, now), until = Math.min(now, layout.timeAt(layout.right));
  const isSettled = (call) => call && call.began <= until && call.ending && call.ended <= now;
  for (; isSettled(bars[kept.at]); kept.at += 1) addBlock(kept, bars[kept.at], layout, now);
  Object.assign(kept, { now, last: bars[kept.at - 1] });
  const rest = { found: [], crowd: null };
  for (let { at } = kept; at < bars.length && bars[at].began <= until; at += 1) addBlock(rest, bars[at], layout, now);
  return [...kept.found, ...rest.found];
}

const KEPT = new WeakMap();

function keptOf(bars, { key, timeAt, left }, now) {
  const kept = KEPT.get(bars);
  if (kept && kept.key === key && kept.now <= now && kept.last === bars[kept.at - 1]) return kept;
  const fresh = { key, at: firstAfter(bars, timeAt(left)), found: [], crowd: null };
  if (key) KEPT.set(bars, fresh);
  return fresh;
}

function addBlock(made, call, { x }, now) {
  const isOver = call.ending && call.ended <= now, { crowd } = made;
  const x0 = x(call.began), x1 = Math.max(x(isOver ? call.ended : now), x0), ran = x1 - x0;
  const share = isOver ? call.share : null, bad = isOver && call.ending !== "returned" ? call.ending : null;
  if (ran >= 1 || !isOver) {
    made.found.push({ call, x0, x1, share, bad, isOver, failed: Number(Boolean(bad)) });
    made.crowd = null;
  } else if (crowd && x0 - crowd.x1 < 1 && x0 - crowd.x0 < CROWD) {
    grow(crowd, { x1, ran, worth: (share ?? 0) * ran, bad });
  } else {
    const one = { call, x0, x1, share, bad, isOver: true, many: 1, failed: Number(Boolean(bad)) };
    made.crowd = { ...one, ran, worth: (share ?? 0) * ran };
    made.found.push(made.crowd);
  }
}

function grow(crowd, { x1, ran, worth, bad }) {
  crowd.x1 = x1;
  crowd.ran += ran;
  crowd.worth += worth;
  crowd.many += 1;
  crowd.call = null;
  crowd.bad ??= bad;
  crowd.failed += Number(Boolean(bad) && bad === crowd.bad);
  crowd.share = crowd.ran > 0 ? crowd.worth / crowd.ran : null;
}

/** A mark for each failure; those that would lie on each other have one mark, which says how many there are.
 * @param {Block[]} shown @returns {{ bad: string, x0: number, x1: number, many: number }[]}
 */
export function marksOf(shown) {
  const marks = [];
  for (const { bad, x0, x1, failed } of shown) {
    if (!bad) continue;
    const last = marks.findLast((mark) => mark.bad === bad), middle = (x0 + x1) / 2;
    if (last && middle - last.middle < MARK) Object.assign(last, { x1, middle, many: last.many + failed });
    else marks.push({ bad, x0, x1, middle, many: failed });
  }
  return marks;
}

/** What is at this point: {box, worker, block}; only {box} in the queue; null outside. A bar may be missed by 3 pixels.
 * @param {import("./layout.js").Layout} layout @param {number} px @param {number} py @param {number} now
 */
export function hit(layout, px, py, now) {
  const { boxes, left } = layout;
  const box = boxes.find(({ top, bottom }) => py >= top && py < bottom);
  if (!box || px < left - 3) return box && px < left ? { box } : null;
  const worker = Math.floor((py - box.top) / box.lane), row = box.panel.rows[worker];
  const around = { ...layout, key: null, left: px - 40, right: px + 40 };
  const near = blocks(row?.bars ?? [], around, knownAt(box.panel, now));
  const within = (miss) => near.findLast(({ x0, x1 }) => x0 - miss <= px && px <= x1 + miss);
  const block = within(0.5) ?? within(3);
  return { box, worker, block };
}
