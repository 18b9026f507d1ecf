/* The live timeline's picture: state -> arrange() -> layout -> paint().

   The layout says where everything goes for this state, this width and this time axis; painting reads both and changes
   nothing. `pen` is the canvas' context, with the theme's colours and font beside it. */

const ALWAYS = [["queued", "queued"], ["running", "running"], ["finished", "done"]];
const IF_ANY = [["failed", "failed"], ["cancelled", "cancelled"]];
const MARK = { level: 30, running: 30, failed: 30, cancelled: 14, queued: 8, torn: 22, ghost: 30 };
const LANE = 24, LANES_HEIGHT = 288, HEAD = 34, GAP = 18, COUNTS = 17, NARROW = 560, TINY = 340;
const NICE = [1, 1.5, 2, 3, 4, 5, 6, 8];

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** The end of the time axis: it grows in steps while the run goes on, and fits the run when it is over. */
export function spanOf({ running, now, run, panels }) {
  const before = ghostEnd(panels);
  if (!running && now > 0) return Math.max(now, before) * 1.015;
  const wish = Math.max(now / 0.9, before, run ? 0.5 : 1), power = 10 ** Math.floor(Math.log10(wish));
  return power * (NICE.find((step) => step * power >= wish * 0.9999) ?? 10);
}

export function arrange(state, width, span, measure) {
  const narrow = width < NARROW;
  const door = Math.round(clamp(width * 0.11, 40, 104)), left = door + (narrow ? 30 : 38), right = width - 1;
  const panels = state.panels.length ? state.panels : [newPanel({ title: "", note: "", kind: "threads", workers: 4 })];
  let y = 0;
  const boxes = panels.map((panel) => {
    const rows = Math.max(1, panel.rows.length), lane = clamp(Math.floor(LANES_HEIGHT / rows), 10, LANE);
    // On a narrow page the counts have lines of their own.
    const under = narrow ? (width < TINY && countsOf(panel).length > ALWAYS.length ? 2 : 1) : 0;
    const top = y + HEAD + under * COUNTS, bottom = top + rows * lane;
    const box = { panel, head: y + 13, under, top, bottom, lane, bar: lane >= 16 ? lane - 5 : lane - 2 };
    y = bottom + GAP;
    return box;
  });
  const legend = wrap(legendOf(state), width, y + 26, measure);
  const x = (time) => left + (time / span) * (right - left);
  const height = (legend.at(-1)?.y ?? y + 26) + 12;
  return { narrow, door, left, right, width, height, span, x, boxes, axis: y, legend };
}

function legendOf({ panels }) {
  const any = (test) => panels.some(test), count = (state) => any((panel) => panel.counts[state] > 0);
  return [
    [any((panel) => panel.bars > 0), "level", "fill level: share of the call spent on a core"],
    [count("running"), "running", "running"],
    [count("failed"), "failed", "failed"],
    [count("cancelled"), "cancelled", "cancelled before it ran"],
    [count("queued"), "queued", "waiting at the door"],
    [any((panel) => panel.torn > 0), "torn", "worker died"],
    [any((panel) => panel.ghost.length > 0), "ghost", "the run before"],
  ].filter(([shown]) => shown).map(([, sign, words]) => ({ sign, words }));
}

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

function paint(pen, state, layout, now) {
  for (const box of layout.boxes) {
    paintLanes(pen, box, layout);
    paintGhost(pen, box, layout);
    paintBars(pen, box, layout, now);
    paintDoor(pen, box, layout);
    paintResizes(pen, state, box, layout, now);
  }
  if (state.running) paintNow(pen, layout, now);
  for (const box of layout.boxes) paintHead(pen, state, box, layout);
  paintAxis(pen, layout);
  for (const item of layout.legend) paintLegend(pen, item, layout.boxes[0].panel.kind);
}

function widthOf(pen, words, size = 11.5, weight = 400) {
  pen.font = `${weight} ${size}px ${pen.theme.font}`;
  return pen.measureText(words).width;
}

function text(pen, words, x, y, { size = 11.5, weight = 400, color = "grey", align = "left" } = {}) {
  pen.font = `${weight} ${size}px ${pen.theme.font}`;
  pen.fillStyle = pen.theme[color];
  pen.textAlign = align;
  pen.fillText(words, x, y);
  return pen.measureText(words).width;
}

function line(pen, x0, y0, x1, y1, { color = "ink", width = 1, dash = [], alpha = 1 } = {}) {
  pen.save();
  Object.assign(pen, { strokeStyle: pen.theme[color] ?? color, lineWidth: width, globalAlpha: alpha });
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
  pen.restore();
}

function shape(pen, x, y, width, height, radius = 2.5) {
  pen.beginPath();
  pen.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
}

function paintLanes(pen, { panel, top, lane, bar }, { left, right, x }) {
  const every = lane >= 13 ? 1 : 4;
  panel.rows.forEach((row, worker) => {
    const y = top + worker * lane, under = y + lane - 1.5;
    const ready = !row.lives.length && worker < panel.begunWith;
    if (worker % every === 0) text(pen, `w${worker}`, left - 8, y + bar / 2 + 4, { align: "right" });
    if (ready) line(pen, left, under, right, under, { alpha: 0.14 });
    for (const life of row.lives) paintLife(pen, life, y, under, bar, { left, right, x });
  });
}

function paintLife(pen, life, y, under, bar, { left, right, x }) {
  const start = clamp(x(life.started), left, right), end = clamp(x(life.stopped ?? Infinity), left, right);
  line(pen, start, under, end, under, { alpha: 0.14 });
  if (life.stopped == null) return;
  if (life.error) return tear(pen, end, y, bar);
  const fade = pen.createLinearGradient(end, 0, end + 32, 0);
  fade.addColorStop(0, pen.theme.ink);
  fade.addColorStop(1, "transparent");
  line(pen, end, under, Math.min(end + 32, right), under, { color: fade, alpha: 0.14 });
}

function tear(pen, x, y, height) {
  pen.beginPath();
  for (let step = 0; step <= 6; step += 1) pen.lineTo(x + (step % 2 ? 4 : -1), y + (height * step) / 6);
  Object.assign(pen, { strokeStyle: pen.theme.ink, lineWidth: 1.5 });
  pen.stroke();
}

const styleOf = ({ theme }, kind) => ({ color: theme[kind] ?? theme.simulation, outlined: kind === "simulation" });

function paintBars(pen, { panel, top, lane, bar }, { x }, now) {
  const style = styleOf(pen, panel.kind);
  panel.rows.forEach((row, worker) => {
    const y = top + worker * lane;
    for (const block of blocks(row.bars, x, now)) {
      if (block.call?.state === "running") paintRunning(pen, block, y, bar, style);
      else paintBar(pen, block, y, bar, style);
      if (block.failed) paintFailed(pen, block, y, bar);
    }
  });
}

/** What a row shows: a block for each call, and one for each group of neighbours that are too narrow to be seen. */
export function* blocks(bars, x, now) {
  let group = null;
  for (const call of bars) {
    const x0 = x(call.began), x1 = Math.max(x(call.ended ?? now), x0), ran = x1 - x0;
    const tiny = ran < 1 && call.state !== "running", worth = (call.share ?? 0) * ran, failed = call.state === "failed";
    if (group && !(tiny && x0 - group.x1 < 1)) {
      yield finished(group);
      group = null;
    }
    if (!tiny) yield { call, x0, x1, share: call.share, failed };
    else if (!group) group = { x0, x1, worth, ran, failed };
    else group = { x0: group.x0, x1, worth: group.worth + worth, ran: group.ran + ran, failed: group.failed || failed };
  }
  if (group) yield finished(group);
}

const finished = (group) => ({ ...group, call: null, share: group.ran > 0 ? group.worth / group.ran : null });

function paintBar(pen, { x0, x1, share }, y, height, { color, outlined }) {
  const width = x1 - x0 < 3 ? Math.max(x1 - x0, 0.75) : x1 - x0 - 1;
  const level = share > 0 ? Math.max(1, share * height) : 0;
  pen.fillStyle = color;
  pen.globalAlpha = outlined ? 0 : pen.theme.tint;
  if (width < 4) pen.fillRect(x0, y, width, height);
  else shape(pen, x0, y, width, height), pen.fill();
  pen.globalAlpha = outlined ? 0.5 : 1;
  if (width < 4) pen.fillRect(x0, y + height - level, width, level);
  else if (level) shape(pen, x0, y + height - level, width, level), pen.fill();
  pen.globalAlpha = 1;
  if (outlined && width > 3) outline(pen, x0, y, width, height, color);
}

function outline(pen, x, y, width, height, color, dash = []) {
  Object.assign(pen, { strokeStyle: color, lineWidth: 1.25 });
  pen.setLineDash(dash);
  shape(pen, x + 0.6, y + 0.6, Math.max(width - 1.2, 0.5), height - 1.2);
  pen.stroke();
  pen.setLineDash([]);
}

function paintRunning(pen, { x0, x1 }, y, height, { color }) {
  pen.fillStyle = color;
  pen.globalAlpha = pen.theme.tint * 0.5;
  shape(pen, x0, y, x1 - x0, height);
  pen.fill();
  pen.globalAlpha = 1;
  if (x1 - x0 > 2) outline(pen, x0, y, x1 - x0, height, color, [3, 2]);
}

function paintFailed(pen, { x0, x1 }, y, height) {
  if (x1 - x0 > 6) outline(pen, x0, y, x1 - x0 - 1, height, pen.theme.ink);
  cross(pen, (x0 + x1) / 2, y + height / 2, Math.min(3.5, height / 3));
}

function cross(pen, x, y, arm) {
  line(pen, x - arm, y - arm, x + arm, y + arm, { width: 1.75 });
  line(pen, x - arm, y + arm, x + arm, y - arm, { width: 1.75 });
}

/** Queued calls as tickets, the next one at the door, as large as fit, as many as fit; then those that ended there, a
    column at most of each: how many they were stands above. */
function paintDoor(pen, { panel, top, bottom }, { door }) {
  const atDoor = [...panel.calls.values()].filter((call) => call.state === "failed" && call.worker == null).length;
  const few = (many) => Math.min(many, Math.max(1, Math.floor((bottom - top) / 10)));
  const signs = [["queued", panel.counts.queued], ["cancelled", few(panel.counts.cancelled)], ["failed", few(atDoor)]];
  const columns = (many, high) => Math.ceil(many / Math.max(1, Math.floor((bottom - top) / high)));
  const needed = ([wide, high]) => sum(signs.map(([sign, many]) => columns(many, high) * pitch(sign, wide)));
  const size = [[8, 10], [6, 8], [4, 5], [3, 3]].find((one) => needed(one) <= door) ?? [3, 3], [wide, high] = size;
  let x = door;
  for (const [sign, many] of signs) {
    for (let n = 0; n < many; n += 1) {
      const row = n % Math.max(1, Math.floor((bottom - top) / high));
      if (row === 0) x -= pitch(sign, wide);
      if (x < 0) return;
      paintTicket(pen, sign, x, top + 1 + high * row, pitch(sign, wide) - 2, high - 2, panel.kind);
    }
  }
}

const pitch = (sign, wide) => (sign === "cancelled" ? wide * 2 : wide);

function paintTicket(pen, sign, x, y, width, height, kind) {
  const { color } = styleOf(pen, kind);
  if (sign === "cancelled") return bracket(pen, x, y + height / 2, width, Math.min(height / 2, 3.5));
  if (sign === "failed") return cross(pen, x + width / 2, y + height / 2, Math.min(width, height) / 2);
  pen.fillStyle = color;
  pen.globalAlpha = width < 3 ? 0.7 : pen.theme.tint;
  shape(pen, x, y, width, height, 1.5);
  pen.fill();
  pen.globalAlpha = 1;
  Object.assign(pen, { strokeStyle: color, lineWidth: 1 });
  if (width >= 3) shape(pen, x + 0.5, y + 0.5, width - 1, height - 1, 1.5), pen.stroke();
}

function bracket(pen, x, y, width, arm) {
  line(pen, x + 0.5, y - arm, x + 0.5, y + arm, { color: "grey" });
  line(pen, x + 0.5, y, x + width, y, { color: "grey" });
}

function paintResizes(pen, state, box, layout, now) {
  const wordsOf = ({ before, after }) => `${before} → ${after}${layout.narrow ? "" : " workers"}`;
  const wide = (mark) => widthOf(pen, wordsOf(mark)), taken = [];
  const steps = box.panel.resizes.map((one) => ({ ...one, x: layout.x(one.time) }));
  const marks = together(steps, (step) => wide(step) + 16);
  for (const { x } of marks) line(pen, x, box.top - 4, x, box.bottom, { width: 1.25, dash: [1.5, 3] });
  // Words keep clear of what is still to come.
  const edge = state.running ? Math.min(layout.right, layout.x(now) - 6) : layout.right;
  const isClear = ({ x0, x1, y }) => !taken.some((one) => one.y === y && one.x0 < x1 + 8 && x0 - 8 < one.x1);
  // Another line may neither go through the words nor stand between them and their own.
  const isBetween = (x, mark, { x0, x1 }) => Math.min(x0, mark.x) - 3 < x && x < Math.max(x1, mark.x) + 3;
  const isCrossed = (spot, mark) => marks.some((other) => other !== mark && isBetween(other.x, mark, spot));
  for (const mark of marks) {
    const spots = [...wordSpots(mark, wide(mark), box, { ...layout, edge, now })].filter(isClear);
    // Rather across the line of another resize than not at all; never across its words.
    const spot = spots.find((one) => one.y < box.top || !isCrossed(one, mark)) ?? spots[0];
    if (!spot) continue;
    taken.push(spot);
    text(pen, wordsOf(mark), spot.x0, spot.y, { color: "ink" });
  }
}

/** Steps of the slider in one direction, too close for words of their own, become one: the line of the first, since
    what they changed comes after it, and the words of the whole. A turn stays, unless it is hardly to be seen. */
function together(steps, roomOf) {
  const groups = [];
  for (const step of steps) {
    const last = groups.at(-1), turns = last && step.after > step.before !== last.after > last.before;
    if (last && step.x - last.x < (turns ? 14 : roomOf(step))) last.after = step.after;
    else groups.push({ ...step });
  }
  return groups.filter(({ before, after }) => before !== after);
}

/** Where a resize's words may stand over no bar, best first: in the lanes that came or went, in others, above them. */
function* wordSpots({ x, before, after }, width, { panel, top, lane, bar }, { left, edge, x: at, now }) {
  const changed = (row) => row >= Math.min(before, after) && row < Math.max(before, after);
  const rows = [...panel.rows.keys()].reverse().sort((one, other) => changed(other) - changed(one));
  for (const row of lane < 13 ? [] : rows) {
    const { bars } = panel.rows[row], y = top + row * lane + bar / 2 + 4;
    // A worker that is to stop finishes its call first: the words stand behind it.
    const end = bars.length ? at(bars.at(-1).ended ?? now) : x, behind = 8 + (end > x && end < x + 64 ? end : x);
    const sides = [{ x0: x - 8 - width, x1: x - 8, y }, { x0: behind, x1: behind + width, y }];
    const isOpen = ({ x0, x1 }) => x0 >= left && x1 <= edge && isFree(bars, at, now, x0 - 4, x1 + 4);
    yield* (after > before ? sides : sides.toReversed()).filter(isOpen);
  }
  for (const wish of [x - width / 2, x - width + 4, x - 4]) {
    const x0 = Math.max(left, Math.min(wish, edge - width));
    yield { x0, x1: x0 + width, y: top - 7 };
  }
}

const isFree = (bars, x, now, x0, x1) => !bars.some((call) => x(call.began) < x1 && x(call.ended ?? now) > x0);

function paintNow(pen, { boxes, x }, now) {
  const at = x(now), top = boxes[0].top - 8;
  line(pen, at, top, at, boxes.at(-1).bottom + 2, { width: 1.25 });
  pen.fillStyle = pen.theme.ink;
  pen.beginPath();
  pen.arc(at, top, 3, 0, 7);
  pen.fill();
}

function paintHead(pen, state, { panel, head, under }, { narrow, width }) {
  const size = narrow ? 11.5 : 12.5, gap = narrow ? 9 : 14;
  // A number has the room of the largest it can become, so that nothing moves while it counts.
  const digits = narrow ? 1 : String(panel.calls.size).length, digit = widthOf(pen, "0", size, 700);
  const slotOf = (number) => Math.max(digits, String(number).length) * digit;
  const counts = state.run ? countsOf(panel).map(([number, word]) => [String(number), word, slotOf(number)]) : [];
  const wide = sum(counts.map(([, word, slot]) => slot + 4 + widthOf(pen, word, size) + gap));
  let x = narrow ? 0 : width - wide + gap, y = narrow ? head + COUNTS : head;
  // The now line passes behind the words.
  if (wide) pen.clearRect(x - 4, y - 12, wide, 15);
  const room = x - 10 - widthOf(pen, panel.title, 14, 700) - 10;
  for (const [at, [number, word, slot]] of counts.entries()) {
    if (under === 2 && at === ALWAYS.length) [x, y] = [0, y + COUNTS];
    text(pen, number, x + slot, y, { size, weight: 700, color: "ink", align: "right" });
    x += slot + 4;
    x += text(pen, word, x, y, { size }) + gap;
  }
  const title = text(pen, panel.title, 0, head, { size: 14, weight: 700, color: "ink" });
  if (!narrow && widthOf(pen, panel.note, 12.5) < room) text(pen, panel.note, title + 10, head, { size: 12.5 });
}

function countsOf({ counts }) {
  return [...ALWAYS, ...IF_ANY.filter(([state]) => counts[state])].map(([state, word]) => [counts[state], word]);
}

function paintAxis(pen, { left, right, axis, span, x }) {
  const least = (span * 72) / (right - left), power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find((one) => one * power >= least);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (let n = 0; n * step <= span * 1.0001; n += 1) {
    const words = (n * step).toFixed(places) + (n ? "" : " s"), half = widthOf(pen, words) / 2;
    text(pen, words, Math.min(x(n * step), right - half), axis, { align: "center" });
  }
}

function paintLegend(pen, { sign, words, mark, x, y }, kind) {
  const style = styleOf(pen, kind), block = { x0: x, x1: x + mark, share: 0.45 };
  if (sign === "level") paintBar(pen, block, y - 11, 14, style);
  if (sign === "running") paintRunning(pen, block, y - 11, 14, style);
  if (sign === "failed") paintFailed(pen, block, y - 11, 14);
  if (sign === "cancelled") bracket(pen, x, y - 4, mark, 4);
  if (sign === "queued") paintTicket(pen, sign, x, y - 9, 7, 10, kind);
  if (sign === "torn") paintBar(pen, { ...block, x1: x + mark - 4 }, y - 11, 14, style);
  if (sign === "torn") tear(pen, x + mark - 4, y - 11, 14);
  if (sign === "ghost") paintStretch(pen, x, x + mark, y - 5);
  text(pen, words, x + mark + 8, y);
}
