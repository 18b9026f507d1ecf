/* The live timeline's picture: state and layout -> paint(). It reads both and changes nothing.

   `now` is the moment that is shown: what is later is left out. */

function paint(pen, state, layout, now, { selected = null, flight = 0 } = {}) {
  for (const box of layout.boxes) {
    paintLanes(pen, box, layout, now);
    inside(pen, layout, box, () => paintGhost(pen, box, layout));
    inside(pen, layout, box, () => paintBars(pen, box, layout, knownAt(box.panel, now), selected));
    const counts = countsAt(box.panel, now, state.now);
    paintDoor(pen, box, layout, counts);
    if (flight > 0) paintFlights(pen, box, layout, now, flight);
    inside(pen, layout, box, () => paintResizes(pen, state, box, layout, now));
    box.counts = counts;
  }
  if (state.running || now < state.now) paintNow(pen, layout, now);
  for (const box of layout.boxes) paintHead(pen, state, box, layout);
  paintAxis(pen, layout);
  for (const item of layout.legend) paintLegend(pen, item, layout.boxes[0].panel.kind);
}

/** Paint what must not reach beyond the lanes, as a window's bars may. */
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

function paintBars(pen, { panel, top, lane, bar }, layout, now, selected) {
  const style = styleOf(pen, panel.kind);
  panel.rows.forEach((row, worker) => {
    const y = top + worker * lane;
    for (const block of blocks(row.bars, layout, now)) {
      if (block.isOver) paintBar(pen, block, y, bar, style);
      else paintRunning(pen, block, y, bar, style);
      if (block.bad) paintBad(pen, block, y, bar, layout);
    }
    const isHere = selected?.worker === worker && selected.panel === panel.index;
    if (isHere) paintSelected(pen, selected, y, bar, layout, now);
  });
}

function paintSelected(pen, { began, ended }, y, height, { x }, now) {
  if (began > now) return;
  const x0 = x(began), wide = Math.max(x(Math.min(ended ?? now, now)) - x0, 2);
  Object.assign(pen, { strokeStyle: pen.theme.ink, lineWidth: 2 });
  shape(pen, x0 - 1, y - 1, wide + 1, height + 2, 3.5);
  pen.stroke();
}

/** Queued calls as tickets, the next one at the door, as large as fit, as many as fit; then those that ended there, a
    column at most of each: how many they were stands above. */
function paintDoor(pen, { panel, top, bottom }, { door }, counts) {
  const few = (many) => Math.min(many, Math.max(1, Math.floor((bottom - top) / 10)));
  const signs = [["queued", counts.queued], ["cancelled", few(counts.cancelled)], ["raised", few(counts.stranded)]];
  const columns = (many, high) => Math.ceil(many / Math.max(1, Math.floor((bottom - top) / high)));
  const needed = ([wide, high]) => sum(signs.map(([sign, many]) => columns(many, high) * pitch(sign, wide)));
  const size = [[8, 10], [6, 8], [4, 5], [3, 3]].find((one) => needed(one) <= door) ?? [3, 3], [wide, high] = size;
  let x = door;
  for (const [sign, many] of signs) {
    for (let n = 0; n < many; n += 1) {
      const row = n % Math.max(1, Math.floor((bottom - top) / high));
      if (row === 0) x -= pitch(sign, wide);
      if (x < 0) break;
      paintTicket(pen, sign, x, top + 1 + high * row, pitch(sign, wide) - 2, high - 2, panel.kind);
    }
  }
}

const pitch = (sign, wide) => (sign === "cancelled" ? wide * 2 : wide);

/** Calls on their way from the door to their worker: `flight` is how many seconds of the run that takes to be seen. */
function paintFlights(pen, { panel, top, lane, bar }, { door, left, right, x }, now, flight) {
  panel.rows.forEach(({ bars }, worker) => {
    const call = bars[firstAfter(bars, now)];
    const gone = call ? (now - (call.dispatched ?? call.began)) / flight : 1;
    // One that is over before it would arrive had better not set out.
    if (!(gone >= 0 && gone < 1) || (call.ending && call.ended - call.began < flight)) return;
    const part = 1 - (1 - gone) ** 3, goal = clamp(x(call.began), left, right), y = top + worker * lane;
    const between = (from, to) => from + (to - from) * part;
    const [ticketX, ticketY] = [between(door - 8, goal), between(top + 1, y)];
    paintTicket(pen, "queued", ticketX, ticketY, between(6, 9), between(8, bar), panel.kind);
  });
}

function paintResizes(pen, state, box, layout, now) {
  const wordsOf = ({ before, after }) => `${before} → ${after}${layout.narrow ? "" : " workers"}`;
  const wide = (mark) => widthOf(pen, wordsOf(mark)), taken = [];
  const steps = box.panel.resizes.filter(({ time }) => time <= now).map((one) => ({ ...one, x: layout.x(one.time) }));
  const marks = together(steps, (step) => wide(step) + 16);
  for (const { x } of marks) line(pen, x, box.top - 4, x, box.bottom, { width: 1.25, dash: [1.5, 3] });
  // Words keep clear of what is still to come.
  const edge = state.running || now < state.now ? Math.min(layout.right, layout.x(now) - 6) : layout.right;
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
function* wordSpots({ x, before, after }, width, { panel, top, lane, bar }, { left, edge, x: at, timeAt, now }) {
  const changed = (row) => row >= Math.min(before, after) && row < Math.max(before, after);
  const rows = [...panel.rows.keys()].reverse().sort((one, other) => changed(other) - changed(one));
  for (const row of lane < 13 ? [] : rows) {
    const { bars } = panel.rows[row], y = top + row * lane + bar / 2 + 4;
    // A worker that is to stop finishes its call first: the words stand behind it.
    const end = bars.length ? at(Math.min(bars.at(-1).ended ?? now, now)) : x;
    const behind = 8 + (end > x && end < x + 64 ? end : x);
    const sides = [{ x0: x - 8 - width, x1: x - 8, y }, { x0: behind, x1: behind + width, y }];
    const isOpen = ({ x0, x1 }) => x0 >= left && x1 <= edge && isFree(bars, at, timeAt, x0 - 4, x1 + 4);
    yield* (after > before ? sides : sides.toReversed()).filter(isOpen);
  }
  for (const wish of [x - width / 2, x - width + 4, x - 4]) {
    const x0 = Math.max(left, Math.min(wish, edge - width));
    yield { x0, x1: x0 + width, y: top - 7 };
  }
}

function isFree(bars, x, timeAt, x0, x1) {
  const next = bars[firstAfter(bars, timeAt(x0))];
  return !next || x(next.began) >= x1;
}

function paintNow(pen, { boxes, x, left, right }, now) {
  const at = x(now), top = boxes[0].top - 8;
  if (at < left - 1 || at > right + 1) return;
  line(pen, at, top, at, boxes.at(-1).bottom + 2, { width: 1.25 });
  pen.fillStyle = pen.theme.ink;
  pen.beginPath();
  pen.arc(at, top, 3, 0, 7);
  pen.fill();
}

function paintHead(pen, state, { panel, head, under, counts: known }, { narrow, width }) {
  const size = narrow ? 11.5 : 12.5, gap = narrow ? 9 : 14;
  // A number has the room of the largest it can become, so that nothing moves while it counts.
  const widest = narrow ? 0 : widthOf(pen, grouped(panel.calls.size).replace(/\d/g, "0"), size, 700);
  const slotOf = (number) => Math.max(widest, widthOf(pen, number, size, 700));
  const told = state.run ? shownCounts(known).map(([number, word]) => [grouped(number), word]) : [];
  const counts = told.map(([number, word]) => [number, word, slotOf(number)]);
  const wide = sum(counts.map(([, word, slot]) => slot + 4 + widthOf(pen, word, size) + gap));
  let x = narrow ? 0 : width - wide + gap, y = narrow ? head + COUNTS : head;
  const title = widthOf(pen, panel.title, 14, 700), room = (narrow ? width : x) - 10 - title - 10;
  const note = [panel.note, panel.note.split(" · ")[0]].find((words) => widthOf(pen, words, size) < room) ?? "";
  // The now line passes behind the words.
  if (wide) pen.clearRect(x - 4, y - 12, wide, 15);
  pen.clearRect(0, head - 13, title + 10 + widthOf(pen, note, size) + 4, 17);
  for (const [at, [number, word, slot]] of counts.entries()) {
    if (under === 2 && at === ALWAYS.length) [x, y] = [0, y + COUNTS];
    text(pen, number, x + slot, y, { size, weight: 700, color: "ink", align: "right" });
    x += slot + 4;
    x += text(pen, word, x, y, { size }) + gap;
  }
  text(pen, panel.title, 0, head, { size: 14, weight: 700, color: "ink" });
  text(pen, note, title + 10, head, { size });
}

const grouped = (number) => number.toLocaleString("en");

/** Ticks at round seconds. Where a pause was cut out the axis is broken, and says how long it was. */
function paintAxis(pen, { left, right, axis, scale, window, x, timeAt, breaks }) {
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
  const at = (x(from) + x(to)) / 2;
  if (at < left || at > right) return at;
  for (const side of [-3, 2]) line(pen, at + side, axis - 13, at + side + 4, axis - 23, { color: "grey", width: 1.25 });
  text(pen, `${seconds(to - from)} idle`, at, axis, { align: "center" });
  return at;
}

function paintLegend(pen, { sign, words, mark, x, y }, kind) {
  const style = styleOf(pen, kind), block = { x0: x, x1: x + mark, share: 0.45 };
  if (sign === "level") paintBar(pen, block, y - 11, 14, style);
  if (sign === "running") paintRunning(pen, block, y - 11, 14, style);
  if (sign in LETTERS && sign !== "cancelled") paintBad(pen, { ...block, bad: sign }, y - 11, 14);
  if (sign === "cancelled") bracket(pen, x, y - 4, mark, 4);
  if (sign === "queued") paintTicket(pen, sign, x, y - 9, 7, 10, kind);
  if (sign === "torn") tear(pen, x + 6, y - 11, 14);
  if (sign === "ghost") paintStretch(pen, x, x + mark, y - 5);
  text(pen, words, x + mark + 8, y);
}
