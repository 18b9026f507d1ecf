/* Where everything is drawn: state, width and window -> arrange() -> layout. `measure` gives a text's width. */

import { clamp } from "../shared/numbers.js";
import { newPanel } from "./state.js";
import { tally } from "./words.js";

/** How many counts are always above a panel: queued, running, done. */
export const ALWAYS = 3;
/** How wide the signs in the legend are. */
const MARK = { queued: 8, cancelled: 14, died: 14 }, WIDE_MARK = 30;
/** The height of a line of counts, on a narrow page. */
export const COUNTS = 17;
const LANE = 24, LANES_HEIGHT = 288, HEAD = 34, GAP = 18, SCRUBBER = 30, NARROW = 560, TINY = 340;
/** The strip of busy cores below the lanes: its height, and the air above it. */
export const STRIP = 22;
export const ABOVE_STRIP = 8;

/** Where an executor is drawn. The queue is on the left of `left`, the lanes on the right.
 * @typedef {object} Box
 * @property {import("./state.js").Panel} panel @property {number} head baseline of the title
 * @property {number} under how many lines of counts are under it @property {number} top of the lanes
 * @property {number} bottom @property {number} lane height of a lane @property {number} bar height of a bar
 */

/** @typedef {object} Layout
 * @property {boolean} narrow @property {number} queueEnd where the queue ends @property {number} left of the lanes
 * @property {number} right @property {number} width @property {number} height
 * @property {number} axis baseline of its texts
 * @property {Box[]} boxes @property {{ sign: string, words: string, mark: number, x: number, y: number }[]} legend
 * @property {import("./axis.js").Window} window @property {number} scale pixels for each second
 * @property {(time: number) => number} x @property {(px: number) => number} timeAt
 * @property {(px: number) => number} placeAt
 * @property {import("./axis.js").Break[]} breaks @property {string} key the same as long as bars stay where they are
 */

/** @param {import("./state.js").State} state @param {number} width @param {import("./axis.js").Window} window
 * @param {import("./axis.js").Axis} axis @param {(words: string) => number} measure
 * @param {boolean} isWhole whether a run that is over is shown, and not one of its earlier moments
 * @returns {Layout}
 */
export function arrange(state, width, window, axis, measure, isWhole = false) {
  const narrow = width < NARROW;
  const queueEnd = Math.round(clamp(width * 0.11, 40, 104)), left = queueEnd + (narrow ? 30 : 38), right = width - 1;
  const panels = state.panels.length ? state.panels : [newPanel({ title: "", note: "", kind: "threads", workers: 4 })];
  let y = 0;
  const boxes = panels.map((panel) => {
    const rows = Math.max(1, panel.rows.length), lane = clamp(Math.floor(LANES_HEIGHT / rows), 4, LANE);
    // On a narrow page the counts have their own lines.
    const few = ALWAYS + Number(width > TINY) + Number(width > 440), many = tally(panel.counts, { all: true }).length;
    const under = narrow ? (many > few ? 2 : 1) : 0;
    const top = y + HEAD + under * COUNTS, bottom = top + rows * lane;
    const bar = lane - (lane >= 16 ? 5 : Math.min(2, lane / 4));
    const box = { panel, head: y + 13, under, top, bottom, lane, bar };
    y = bottom + (panel.cores ? ABOVE_STRIP + STRIP : 0) + GAP;
    return box;
  });
  const scale = (right - left) / (window.to - window.from);
  const x = (time) => left + (axis.place(time) - window.from) * scale;
  const timeAt = (px) => axis.time(placeAt(px)), placeAt = (px) => window.from + (px - left) / scale;
  const below = y + (state.run ? SCRUBBER : 0), legend = wrap(legendOf(state, isWhole), width, below + 26, measure);
  const height = (legend.at(-1)?.y ?? below + 8) + 12;
  const where = { narrow, queueEnd, left, right, width, height, axis: y, boxes, legend };
  const key = `${window.from} ${window.to} ${width} ${axis.breaks.at(-1)?.right}`;
  return { ...where, window, scale, x, timeAt, placeAt, breaks: axis.breaks, key };
}

/** Only what there is. While time passes, queued and running calls are explained even if there are none right now. */
function legendOf({ panels }, isWhole) {
  const any = (test) => panels.some(test), count = (state) => any((panel) => panel.counts[state] > 0);
  return [
    [any((panel) => panel.bars > 0), "level", "fill level: share of the call spent on a core"],
    [isWhole ? count("running") : any((panel) => panel.bars > 0), "running", "running"],
    [count("raised"), "raised", "failed"],
    [count("timed out"), "timed out", "timed out, stopped"],
    [count("crashed"), "crashed", "crashed with its worker or pool"],
    [count("cancelled"), "cancelled", "cancelled before it ran"],
    [isWhole ? count("queued") : any((panel) => panel.calls.size > 0), "queued", "queued"],
    [any((panel) => panel.died > 0), "died", "worker died"],
    [any((panel) => panel.previous.length > 0), "previous", "previous run"],
  ].filter(([shown]) => shown).map(([, sign, words]) => ({ sign, words }));
}

/** In lines of this width. */
function wrap(items, width, top, measure) {
  let x = 0, y = top;
  return items.map(({ sign, words }) => {
    const mark = MARK[sign] ?? WIDE_MARK, wide = mark + 8 + measure(words);
    if (x > 0 && x + wide > width) [x, y] = [0, y + 20];
    const item = { sign, words, mark, x, y };
    x += wide + 24;
    return item;
  });
}
