/* The timeline's state: Python's messages -> reduce() -> what has happened so far. No page, no clock, no drawing.

   When something about a call has changed, Python sends its whole row again (rows.py), in place of the earlier one. A
   panel has its calls by number, and a row for each worker number. All times are seconds since the run began, except in
   Python's rows, where they are whole microseconds. What was true at an earlier moment follows from the times, so a run
   can be replayed. */

/** What is known of a call. Times are null until they are known. `worker` is null while no worker has it.
 * @typedef {object} Call
 * @property {number} panel @property {number} number @property {string} label what the text calls it, "A"
 * @property {string} name of its function @property {string | null} state
 * @property {number | null} submitted @property {number | null} dispatched when a worker took it, perhaps in a batch
 * @property {number | null} began @property {number | null} ended @property {number | null} arrived
 * @property {number | null} worker @property {number | null} share of its time that it spent on a core
 * @property {string | null} ending @property {string | null} error @property {boolean} [isForgotten]
 */

/** A worker number is used again after its worker has stopped: then the row has several lives.
 * @typedef {{ started: number, stopped: number | null, guessed: boolean, error?: string }} Life
 * @typedef {{ bars: Call[], lives: Life[] }} Row the calls in the order in which they began
 */

/** One executor. `previous`: for each worker, when it was inside calls in the previous run.
 * @typedef {object} Panel
 * @property {number} index @property {string} title @property {string} note @property {string} kind
 * @property {string[]} names of its calls, by their number
 * @property {[number, number][][]} previous @property {number} until when it was last observed
 * @property {boolean} isOver whether it ran before the clock began anew: all of it is shown while others run
 * @property {number} cores that its calls can use; 0: how many were busy is not shown
 * @property {number} begunWith workers @property {number} size
 * @property {{ time: number, before: number, after: number }[]} resizes
 * @property {Record<string, number>} counts @property {number} bars @property {number} alive @property {number} died
 * @property {Map<number, Call>} calls @property {number[] | null} numbers @property {Row[]} rows
 * @property {number} version grows with each change
 */

/** @typedef {object} State
 * @property {number} run @property {boolean} running @property {number} now @property {number} most workers at once
 * @property {number} clock how often the time began anew, for panels that run one after the other
 * @property {number} longest time that any clock has shown
 * @property {number} dropped @property {[number, number][]} pauses @property {Panel[]} panels
 */

/** More calls that have ended are not kept; as in rows.py. */
const MOST_CALLS = 100000;
export const ENDINGS = ["returned", "raised", "timed out", "crashed", "cancelled"];

/** The state of a run that begins. @returns {State} */
export function fresh({ run = 0, panels = [], running = false, dropped = 0 } = {}) {
  const times = { now: 0, clock: 0, longest: 0 };
  return { run, running, ...times, most: 0, dropped, pauses: [], panels: panels.map(newPanel) };
}

/** @param {{ title: string, note: string, kind: string, workers: number, previous?: any, until?: number | null,
 *   names?: string[] | null, cores?: number }} sent
 * @returns {Panel}
 */
export function newPanel({ title, note, kind, workers, previous, until, names, cores = 0 }, index = 0) {
  const counts = noCounts();
  const rows = Array.from({ length: workers }, newRow);
  const sizes = { begunWith: workers, size: workers, resizes: [] }, totals = { counts, bars: 0, alive: 0, died: 0 };
  const optional = { previous: previous ?? [], until: until ?? Infinity, names: names ?? [], isOver: false, cores };
  const given = { index, title, note, kind, ...optional };
  return { ...given, ...sizes, ...totals, calls: new Map(), numbers: null, rows, version: 0 };
}

/** The moment up to which the panel is known, if `now` is shown. */
export const knownAt = ({ until, isOver }, now) => (isOver ? until : Math.min(until, now));

/** How many calls are in each state; "stranded" are those that failed before a worker had them. */
const noCounts = () => Object.fromEntries(["queued", "running", ...ENDINGS, "stranded"].map((state) => [state, 0]));

function count(counts, call, by) {
  counts[call.state] += by;
  if (isStranded(call)) counts.stranded += by;
}

const isStranded = ({ ending, worker }) => Boolean(ending) && worker == null && ending !== "cancelled";

const newRow = () => ({ bars: [], lives: [] });

/** The state after this message from Python. @param {State} state @returns {State} */
export function reduce(state, message) {
  const { type, run } = message;
  if (type === "begin") return fresh({ ...message, running: true });
  if (type === "snapshot") return run < state.run ? state : take(fresh(message), message);
  if (run !== state.run) return state;
  return type === "end" ? ended(state, message.now) : take(state, message);
}

/** The run is over: from now on all panels show the same moment. */
function ended(state, now) {
  for (const panel of state.panels) panel.isOver = false;
  return { ...state, running: false, now, longest: Math.max(state.longest, now) };
}

function take(state, { now, clock = 0, calls = [], others = [] }) {
  if (clock > state.clock) {
    for (const panel of state.panels) panel.isOver = state.running && panel.bars > 0;
    Object.assign(state, { clock, now: 0 });
  }
  for (const [at, ...other] of others) happen(state, state.panels[at], other);
  for (const row of calls) noteCall(state.panels[row[0]], row);
  for (const panel of state.panels) forget(state, panel);
  state.now = Math.max(state.now, now);
  state.longest = Math.max(state.longest, now);
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
  const call = { panel: panel.index, number, label: panel.names[number] ?? "", worker: null, state: null };
  panel.calls.set(number, call);
  return call;
}

/** Put the call's bar in its place. One that is there already may have to move: its start is known better now. */
function place(panel, call, isNew) {
  const { bars, lives } = rowOf(panel, call.worker);
  let at = isNew ? bars.push(call) - 1 : bars.lastIndexOf(call);
  panel.bars += isNew;
  for (; at > 0 && bars[at - 1].began > call.began; at -= 1) [bars[at - 1], bars[at]] = [bars[at], bars[at - 1]];
  // A pool that reports nothing about its workers has those that run its calls.
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

/** Of a run that never ends, forget the oldest calls: many at a time, since each time it goes through all calls. */
function forget(state, panel) {
  let many = panel.calls.size - MOST_CALLS;
  if (many < MOST_CALLS / 20) return;
  for (const [number, call] of panel.calls) {
    if (many === 0) break;
    if (!call.ending) continue;
    Object.assign(call, { isForgotten: true });
    panel.calls.delete(number);
    many -= 1;
    state.dropped += 1;
  }
  for (const row of panel.rows) row.bars = row.bars.filter((call) => !call.isForgotten);
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
  if (error) panel.died += 1;
}

function resize(panel, time, workers) {
  if (workers !== panel.size) panel.resizes.push({ time, before: panel.size, after: workers });
  panel.size = workers;
}

/** The call's state at that moment; null if it was not submitted yet. @param {Call} call @param {number} time */
export function stateAt(call, time) {
  if (call.ending && call.ended <= time) return call.ending;
  if (call.began != null && Math.min(call.began, call.dispatched ?? Infinity) <= time) return "running";
  return call.submitted == null || call.submitted > time ? null : "queued";
}

/** How many calls were in each state at that moment. @param {Panel} panel @param {number} time @param {number} now */
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

/** When calls entered the queue, when they left it, and when they ended in which way: each in order. Kept until
 * something changes, so that a replay does not go through all calls for each frame.
 */
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

/** How many of the moments are at this time or earlier. */
const countUntil = (moments, time) => firstWhere(moments.length, (at) => moments[at] > time);

/** The first place from which on the test is true; `length` if there is none. @param {(at: number) => boolean} test */
export function firstWhere(length, test, from = 0) {
  let low = from, high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index of the first bar that ends after this moment. A worker has one call at a time. @param {Call[]} bars */
export const firstAfter = (bars, time) => firstWhere(bars.length, (at) => !((bars[at].ended ?? Infinity) < time));

/** The first place, from this one on, of a later moment: mostly it is near. @param {number[]} moments in order */
export function firstFrom(moments, time, from) {
  let step = 1;
  while (from + step < moments.length && moments[from + step] <= time) step *= 2;
  return firstWhere(Math.min(moments.length, from + step + 1), (at) => moments[at] > time, from);
}

/** When the previous run was over, in all panels; 0 if there was none. @param {Panel[]} panels */
export const previousEnd = (panels) => Math.max(0, ...panels.map(({ previous }) => endOfPrevious(previous)));

/** The same in one panel. @param {[number, number][][]} previous */
export const endOfPrevious = (previous) => Math.max(0, ...previous.map((stretches) => stretches.at(-1)?.[1] ?? 0));
