/* The live timeline's state: Python's messages -> reduce() -> what has happened so far. No page, no clock, no drawing.

   Python tells of a call anew whenever something has changed (ledger.py), so taking a message is replacing what was
   known. A panel has its calls by number, and a row for each worker number. A row has bars (its calls, in the order in
   which they began) and lives (a number is used again after its worker stopped). All times are seconds since the run
   began, but those that Python tells of a call are whole microseconds; what was so at an earlier moment follows from
   them, so a run can be replayed. */

const MOST_CALLS = 100000;
const ENDINGS = ["returned", "raised", "timed out", "crashed", "cancelled"];
const STATES = ["queued", "running", ...ENDINGS];

export function fresh({ run = 0, panels = [], running = false, dropped = 0 } = {}) {
  return { run, running, now: 0, most: 0, dropped, pauses: [], panels: panels.map(newPanel) };
}

function newPanel({ title, note, kind, workers, ghost, until }, index = 0) {
  const counts = noCounts();
  const rows = Array.from({ length: workers }, newRow);
  const sizes = { begunWith: workers, size: workers, resizes: [] }, totals = { counts, bars: 0, alive: 0, torn: 0 };
  const given = { index, title, note, kind, ghost: ghost ?? [], until: until ?? Infinity };
  return { ...given, ...sizes, ...totals, calls: new Map(), rows, version: 0 };
}

/** The moment up to which the panel is known, as seen from this one. */
const knownAt = (panel, now) => Math.min(panel.until, now);

/** Of each state; and "stranded", of those that failed before they reached a worker. */
const noCounts = () => Object.fromEntries([...STATES, "stranded"].map((state) => [state, 0]));

function count(counts, call, by) {
  counts[call.state] += by;
  if (isStranded(call)) counts.stranded += by;
}

const isStranded = ({ ending, worker }) => Boolean(ending) && worker == null && ending !== "cancelled";

const newRow = () => ({ bars: [], lives: [] });

export function reduce(state, message) {
  const { type, run } = message;
  if (type === "begin") return fresh({ ...message, running: true });
  if (type === "snapshot") return run < state.run ? state : take(fresh(message), message);
  if (run !== state.run) return state;
  return type === "end" ? { ...state, running: false, now: message.now } : take(state, message);
}

function take(state, { now, calls = [], others = [] }) {
  for (const [at, ...other] of others) happen(state, state.panels[at], other);
  for (const row of calls) noteCall(state.panels[row[0]], row);
  for (const panel of state.panels) forget(state, panel);
  state.now = Math.max(state.now, now);
  return state;
}

function happen(state, panel, [kind, time, worker, workers, error, until]) {
  if (kind === "pause") state.pauses.push([time, until]);
  else if (kind === "worker started") startWorker(panel, worker, time);
  else if (kind === "worker stopped") stopWorker(panel, worker, time, error);
  else if (kind === "resized") resize(panel, time, workers);
  state.most = Math.max(state.most, state.panels.reduce((alive, one) => alive + one.alive, 0));
}

const inSeconds = (microseconds) => (microseconds == null ? null : microseconds / 1e6);

function noteCall(panel, row) {
  const [, number, name, , , , , , worker, , ending, error] = row;
  const call = panel.calls.get(number) ?? newCall(panel, number);
  if (call.state) count(panel.counts, call, -1);
  const submitted = inSeconds(row[3]), dispatched = inSeconds(row[4]), began = inSeconds(row[5]);
  const ended = inSeconds(row[6]), arrived = inSeconds(row[7]), cpu = inSeconds(row[9]);
  const share = cpu == null || !(ended > began) ? null : Math.min(1, cpu / (ended - began));
  const before = call.worker;
  Object.assign(call, { name, submitted, dispatched, began, ended, arrived, worker, share, ending, error });
  call.state = ending ?? (began == null ? "queued" : "running");
  count(panel.counts, call, 1);
  panel.version += 1;
  if (before !== worker && before != null) leave(panel, before, call);
  if (worker != null && began != null) place(panel, call, before !== worker);
}

function newCall(panel, number) {
  const call = { panel: panel.index, number, worker: null, state: null };
  panel.calls.set(number, call);
  return call;
}

/** Put the call's bar where it belongs. It is there already unless it is new; but its start is known better now. */
function place(panel, call, isNew) {
  const { bars, lives } = rowOf(panel, call.worker);
  let at = isNew ? bars.push(call) - 1 : bars.lastIndexOf(call);
  panel.bars += isNew;
  for (; at > 0 && bars[at - 1].began > call.began; at -= 1) [bars[at - 1], bars[at]] = [bars[at], bars[at - 1]];
  // A pool that says nothing about its workers shows them by their calls.
  if (isNew && !lives.some((life) => life.stopped == null || life.stopped >= call.began)) {
    startWorker(panel, call.worker, call.began, true);
  }
}

/** The pool gave the call to another worker before this one began it. */
function leave(panel, worker, call) {
  const row = rowOf(panel, worker);
  row.bars = row.bars.filter((bar) => bar !== call);
  panel.bars -= 1;
}

function rowOf(panel, worker) {
  while (panel.rows.length <= worker) panel.rows.push(newRow());
  return panel.rows[worker];
}

/** Of a run that never ends the oldest calls go. Some at a time: going through all for each one would take too long. */
function forget(state, panel) {
  let many = panel.calls.size - MOST_CALLS;
  if (many < MOST_CALLS / 20) return;
  for (const [number, call] of panel.calls) {
    if (many === 0) break;
    if (!call.ending) continue;
    Object.assign(call, { isGone: true });
    panel.calls.delete(number);
    many -= 1;
    state.dropped += 1;
  }
  for (const row of panel.rows) row.bars = row.bars.filter((call) => !call.isGone);
  panel.numbers = null;
  panel.version += 1;
}

function startWorker(panel, worker, time, guessed = false) {
  const lives = rowOf(panel, worker).lives, last = lives.at(-1);
  if (last?.guessed && last.stopped == null) Object.assign(last, { started: Math.min(time, last.started), guessed });
  else {
    lives.push({ started: time, stopped: null, guessed });
    panel.alive += 1;
  }
}

function stopWorker(panel, worker, time, error) {
  const life = rowOf(panel, worker).lives.findLast((one) => one.stopped == null && one.started <= time);
  if (!life) return;
  Object.assign(life, { stopped: time, error });
  panel.alive -= 1;
  if (error) panel.torn += 1;
}

function resize(panel, time, workers) {
  if (workers !== panel.size) panel.resizes.push({ time, before: panel.size, after: workers });
  panel.size = workers;
}

/** What had become of the call at that moment; null if it was not there yet. */
export function stateAt(call, time) {
  if (call.ending && call.ended <= time) return call.ending;
  if (call.began != null && Math.min(call.began, call.dispatched ?? Infinity) <= time) return "running";
  return call.submitted == null || call.submitted > time ? null : "queued";
}

/** How many calls were in each state at that moment. */
export function countsAt(panel, time, now) {
  if (time >= now) return panel.counts;
  const { entered, left, ended } = momentsOf(panel), counts = noCounts();
  let over = 0;
  for (const [ending, moments] of ended) {
    counts[ending] = countUntil(moments, time);
    if (ending !== "stranded") over += counts[ending];
  }
  const gone = countUntil(left, time);
  return { ...counts, queued: countUntil(entered, time) - gone, running: gone - over };
}

const MOMENTS = new WeakMap();

/** When calls came to the door, when they left it, and when they ended in which way: each in order. Made anew only when
    there is news, so that a replay does not go through all calls for each frame. */
function momentsOf(panel) {
  const known = MOMENTS.get(panel);
  if (known?.version === panel.version) return known;
  const entered = [], left = [], ended = new Map();
  const add = (name, time) => (ended.has(name) ? ended.get(name).push(time) : ended.set(name, [time]));
  for (const call of panel.calls.values()) {
    const end = call.ending ? call.ended : Infinity;
    const leave = Math.min(call.began ?? Infinity, call.dispatched ?? Infinity, end);
    entered.push(Math.min(call.submitted ?? Infinity, leave));
    left.push(leave);
    if (call.ending) add(call.ending, end);
    if (isStranded(call)) add("stranded", end);
  }
  const inOrder = (times) => Float64Array.from(times).sort();
  const all = new Map([...ended].map(([name, times]) => [name, inOrder(times)]));
  const moments = { version: panel.version, entered: inOrder(entered), left: inOrder(left), ended: all };
  MOMENTS.set(panel, moments);
  return moments;
}

/** How many of the moments are not later than this one. */
function countUntil(moments, time) {
  let low = 0, high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where in its row the first bar is that ends after this moment. A worker has one call at a time. */
export function firstAfter(bars, time) {
  let low = 0, high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle].ended ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
