/* The blocks of which a worker's row is drawn: layout and moment -> blocks(). No page. */

import { firstAfter, firstFrom, firstWhere, knownAt } from "./state.js";

/** A bar narrower than this is not drawn alone, if another is beside it. In pixels. */
const NARROW = 2;
/** A crowd is at most so many pixels wide, so that its level still shows what was when. */
const CROWD = 4;
/** Marks that are closer, with a number beside them, would lie on each other. In pixels. */
const MARK = 18;

/** A call, or a crowd of neighbours too narrow to be seen: then `call` is null. `bad`: how it ended, if not well.
 * @typedef {object} Block
 * @property {import("./state.js").Call | null} call @property {number} x0 @property {number} x1
 * @property {number | null} share of its time on a core @property {string | null} bad @property {boolean} isOver
 * @property {number} many how many calls; 0: it is wide enough to be drawn alone
 * @property {number} failed how many of them ended as `bad` says
 */

/** What a row shows at a moment. As long as the window stays the same, so do the blocks of calls that are over: they
 * are kept for the next frame.
 * @param {import("./state.js").Call[]} bars @param {import("./layout.js").Layout} layout @param {number} now
 * @returns {Block[]}
 */
export function blocks(bars, layout, now) {
  const kept = keptOf(bars, layout, now), until = Math.min(now, layout.timeAt(layout.right)), sums = sumsOf(bars);
  // Those that are over come first, but for those that began before one that still runs.
  const settled = Math.max(kept.at, Math.min(sums.at, firstFrom(sums.began, until, kept.at), firstAfter(bars, now)));
  addSettled(kept, bars, settled, layout, sums);
  Object.assign(kept, { now, last: bars[kept.at - 1] });
  const rest = { found: [], crowd: null };
  for (let { at } = kept; at < bars.length && bars[at].began <= until; at += 1) addOne(rest, bars[at], layout, now);
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

/** Add the bars up to this place; all of them are over. Of those that begin within NARROW pixels only the last can be
 * as wide: so these are one step, however many calls there are.
 */
function addSettled(made, bars, end, layout, sums) {
  const { x, timeAt } = layout, isWide = (at) => x(sums.ended[at]) - x(sums.began[at]) >= NARROW;
  while (made.at < end) {
    const { at } = made;
    if (isWide(at)) {
      addOne(made, bars[at], layout, Infinity);
      made.at += 1;
      continue;
    }
    const next = Math.min(end, firstFrom(sums.began, timeAt(x(sums.began[at]) + NARROW), at + 1));
    made.at = next - at > 1 && isWide(next - 1) ? next - 1 : next;
    addCrowd(made, bars, at, made.at, layout, sums);
  }
}

function addOne(made, call, { x }, now) {
  const isOver = call.ending && call.ended <= now;
  const x0 = x(call.began), x1 = Math.max(x(isOver ? call.ended : now), x0);
  const share = isOver ? call.share : null, bad = isOver && call.ending !== "returned" ? call.ending : null;
  const one = { call, x0, x1, share, bad, isOver, failed: Number(Boolean(bad)), many: 0, ran: 0, worth: 0 };
  if (x1 - x0 >= NARROW || !isOver) {
    made.found.push(one);
    made.crowd = null;
    return;
  }
  one.many = 1;
  one.ran = Math.max(0, call.ended - call.began);
  one.worth = (share ?? 0) * one.ran;
  merge(made, one);
}

/** The bars from one place to another, not counting the last: one step of `addSettled`. */
function addCrowd(made, bars, from, to, { x }, sums) {
  const call = to - from === 1 ? bars[from] : null, { bad, failed } = failuresIn(sums, bars, from, to);
  const x0 = x(sums.began[from]), x1 = Math.max(x(sums.ended[to - 1]), x0);
  const ran = sums.ran[to] - sums.ran[from], worth = sums.worth[to] - sums.worth[from];
  const share = call ? call.share : ran > 0 ? worth / ran : null;
  merge(made, { call, x0, x1, share, bad, isOver: true, failed, many: to - from, ran, worth });
}

/** Into the crowd before it, if it is close. */
function merge(made, one) {
  const { crowd } = made;
  if (!crowd || one.x0 - crowd.x1 >= 1 || one.x0 - crowd.x0 >= CROWD) {
    made.crowd = one;
    made.found.push(one);
    return;
  }
  // Field by field: there may be ten thousand of them in a frame.
  crowd.bad ??= one.bad;
  if (one.bad === crowd.bad) crowd.failed += one.failed;
  crowd.call = null;
  crowd.x1 = Math.max(crowd.x1, one.x1);
  crowd.many += one.many;
  crowd.ran += one.ran;
  crowd.worth += one.worth;
  crowd.share = crowd.ran > 0 ? crowd.worth / crowd.ran : null;
}

/** How the first of them failed, and how many failed in the same way. */
function failuresIn({ failures }, bars, from, to) {
  let at = firstWhere(failures.length, (n) => failures[n] >= from), failed = 0;
  const bad = failures[at] < to ? bars[failures[at]].ending : null;
  for (; failures[at] < to; at += 1) failed += Number(bars[failures[at]].ending === bad);
  return { bad, failed };
}

const SUMS = new WeakMap();

/** When the bars began and ended, in lists of numbers, which are searched fast; what the bars before each place have
 * together, in seconds inside calls and on a core; and which failed. Kept, and continued when more calls are over.
 */
function sumsOf(bars) {
  let sums = SUMS.get(bars);
  if (!sums || sums.last !== bars[sums.at - 1]) {
    sums = { at: 0, last: undefined, began: [], ended: [], ran: [0], worth: [0], failures: [] };
    SUMS.set(bars, sums);
  }
  for (; bars[sums.at]?.ending; sums.at += 1) {
    const { began, ended, share, ending } = bars[sums.at], ran = Math.max(0, ended - began);
    sums.began.push(began);
    sums.ended.push(ended);
    sums.ran.push(sums.ran[sums.at] + ran);
    sums.worth.push(sums.worth[sums.at] + (share ?? 0) * ran);
    if (ending !== "returned") sums.failures.push(sums.at);
  }
  sums.last = bars[sums.at - 1];
  return sums;
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
