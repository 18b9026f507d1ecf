/* Where everything goes: state, width and the part of the time axis that is shown -> arrange() -> layout. Pure.

   A pause, in which no call waits or runs, is cut out of the axis but for a narrow gap. So there are two times: seconds
   of the run, and places on the axis, which are those seconds without the pauses. A window is two places. */

const ALWAYS = [["queued", "queued"], ["running", "running"], ["returned", "done"]];
const IF_ANY = [["raised", "failed"], ["timed out", "timed out"], ["crashed", "crashed"], ["cancelled", "cancelled"]];
const MARK = { level: 30, running: 30, raised: 30, "timed out": 30, crashed: 30, cancelled: 14, queued: 8, torn: 14, ghost: 30 };
const LANE = 24, LANES_HEIGHT = 288, HEAD = 34, GAP = 18, COUNTS = 17, SCRUBBER = 30, NARROW = 560, TINY = 340;
const NICE = [1, 1.5, 2, 3, 4, 5, 6, 8];
const NARROWEST_S = 20e-6, CROWD = 4;

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** The axis: from seconds to places and back. */
export function axisOf({ pauses, now }) {
  if (!pauses.length) return { place: (time) => time, time: (place) => place, breaks: [] };
  const paused = sum(pauses.map(([from, to]) => to - from)), wide = Math.max(0.02, (now - paused) * 0.05);
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

/** The whole axis: it grows in steps while the run goes on, and fits the run when it is over. */
export function wholeOf({ running, run, dropped, panels }, axis, now) {
  const from = dropped ? axis.place(oldestOf(panels)) : 0, end = axis.place(Math.max(now, ghostEnd(panels)));
  if (!running && end > from) return { from, to: from + (end - from) * 1.015 };
  const wish = Math.max((end - from) / 0.9, run ? 0.5 : 1), power = 10 ** Math.floor(Math.log10(wish));
  return { from, to: from + power * (NICE.find((step) => step * power >= wish * 0.9999) ?? 10) };
}

const oldestOf = (panels) =>
  Math.min(...panels.flatMap(({ rows }) => rows.map(({ bars }) => bars[0]?.began ?? Infinity)));

/** The window, made so many times as wide about a place. */
export function zoomed({ from, to }, factor, about, whole) {
  const wide = clamp((to - from) * factor, NARROWEST_S, whole.to - whole.from);
  const left = about - ((about - from) / (to - from)) * wide;
  return within({ from: left, to: left + wide }, whole);
}

export const panned = ({ from, to }, by, whole) => within({ from: from + by, to: to + by }, whole);

/** The same width, moved so that it shows nothing beyond the whole; null if it shows it all. */
function within({ from, to }, whole) {
  const wide = to - from;
  if (wide >= (whole.to - whole.from) * 0.999) return null;
  const left = clamp(from, whole.from, whole.to - wide);
  return { from: left, to: left + wide };
}

/** `isWhole`: what is shown is a run that is over, and not one of its earlier moments. */
export function arrange(state, width, window, axis, measure, isWhole = false) {
  const narrow = width < NARROW;
  const door = Math.round(clamp(width * 0.11, 40, 104)), left = door + (narrow ? 30 : 38), right = width - 1;
  const panels = state.panels.length ? state.panels : [newPanel({ title: "", note: "", kind: "threads", workers: 4 })];
  let y = 0;
  const boxes = panels.map((panel) => {
    const rows = Math.max(1, panel.rows.length), lane = clamp(Math.floor(LANES_HEIGHT / rows), 4, LANE);
    // On a narrow page the counts have lines of their own.
    const few = ALWAYS.length + (width > TINY) + (width > 440), many = shownCounts(panel.counts).length;
    const under = narrow ? (many > few ? 2 : 1) : 0;
    const top = y + HEAD + under * COUNTS, bottom = top + rows * lane;
    const bar = lane - (lane >= 16 ? 5 : Math.min(2, lane / 4));
    const box = { panel, head: y + 13, under, top, bottom, lane, bar };
    y = bottom + GAP;
    return box;
  });
  const scale = (right - left) / (window.to - window.from);
  const x = (time) => left + (axis.place(time) - window.from) * scale;
  const timeAt = (px) => axis.time(placeAt(px)), placeAt = (px) => window.from + (px - left) / scale;
  const below = y + (state.run ? SCRUBBER : 0), legend = wrap(legendOf(state, isWhole), width, below + 26, measure);
  const height = (legend.at(-1)?.y ?? below + 8) + 12;
  const where = { narrow, door, left, right, width, height, axis: y, boxes, legend };
  const key = `${window.from} ${window.to} ${width} ${axis.breaks.at(-1)?.right}`;
  return { ...where, window, scale, x, timeAt, placeAt, breaks: axis.breaks, key };
}

/** What occurs. While moments pass, that a call waits and runs does, even if none does right now. */
function legendOf({ panels }, isWhole) {
  const any = (test) => panels.some(test), count = (state) => any((panel) => panel.counts[state] > 0);
  return [
    [any((panel) => panel.bars > 0), "level", "fill level: share of the call spent on a core"],
    [isWhole ? count("running") : any((panel) => panel.bars > 0), "running", "running"],
    [count("raised"), "raised", "failed"],
    [count("timed out"), "timed out", "timed out, stopped"],
    [count("crashed"), "crashed", "crashed with its worker or pool"],
    [count("cancelled"), "cancelled", "cancelled before it ran"],
    [isWhole ? count("queued") : any((panel) => panel.calls.size > 0), "queued", "waiting at the door"],
    [any((panel) => panel.torn > 0), "torn", "worker died"],
    [any((panel) => panel.ghost.length > 0), "ghost", "the run before"],
  ].filter(([shown]) => shown).map(([, sign, words]) => ({ sign, words }));
}

const shownCounts = (counts) =>
  [...ALWAYS, ...IF_ANY.filter(([state]) => counts[state])].map(([state, word]) => [counts[state], word]);

function wrap(items, width, top, measure) {
  let x = 0, y = top;
  return items.map(({ sign, words }) => {
    const mark = MARK[sign], wide = mark + 8 + measure(words);
    if (x > 0 && x + wide > width) [x, y] = [0, y + 20];
    const item = { sign, words, mark, x, y };
    x += wide + 24;
    return item;
  });
}

/** What a row shows of a window at a moment: a block for each call, and one for neighbours too narrow to be seen. Such
    a crowd is a few pixels wide at most, so that its level still tells what was when.

    Calls that are over stay as they are: what was made of them for this very window is kept for the next frame. */
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
    made.found.push({ call, x0, x1, share, bad, isOver });
    made.crowd = null;
  } else if (crowd && x0 - crowd.x1 < 1 && x0 - crowd.x0 < CROWD) {
    grow(crowd, { x1, ran, worth: (share ?? 0) * ran, bad });
  } else {
    made.crowd = { call, x0, x1, share, ran, worth: (share ?? 0) * ran, bad, many: 1, isOver: true };
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
  crowd.share = crowd.ran > 0 ? crowd.worth / crowd.ran : null;
}

/** What is at this point: {box, row, block}, or nothing. A bar can be missed by three pixels. */
export function hit({ boxes, left, ...layout }, px, py, now) {
  const box = boxes.find(({ top, bottom }) => py >= top && py < bottom);
  if (!box || px < left - 3) return box && px < left ? { box } : null;
  const worker = Math.floor((py - box.top) / box.lane), row = box.panel.rows[worker];
  const around = { ...layout, key: null, left: px - 40, right: px + 40 };
  const near = blocks(row?.bars ?? [], around, knownAt(box.panel, now));
  const within = (miss) => near.findLast(({ x0, x1 }) => x0 - miss <= px && px <= x1 + miss);
  const block = within(0.5) ?? within(3);
  return { box, worker, block };
}
