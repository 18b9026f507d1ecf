/* The live timeline's state: Python's messages -> reduce() -> what has happened so far. No page, no clock, no drawing.

   A panel has its calls by number, and a row for each worker number. A row has bars (the calls that began there) and
   lives (a number is used again after its worker stopped). Messages about things that two threads did may cross, so a
   call never goes back to an earlier state. All times are seconds since the run began. */

const RANK = { unknown: 0, queued: 1, running: 2, finished: 3, failed: 3, cancelled: 3 };

export function fresh({ run = 0, panels = [], running = false } = {}) {
  return { run, running, now: 0, most: 0, panels: panels.map(newPanel) };
}

function newPanel({ title, note, kind, workers, ghost }) {
  const counts = Object.fromEntries(Object.keys(RANK).map((state) => [state, 0]));
  const rows = Array.from({ length: workers }, newRow);
  const sizes = { begunWith: workers, size: workers, resizes: [] }, totals = { counts, bars: 0, alive: 0, torn: 0 };
  return { title, note, kind, ghost: ghost ?? [], ...sizes, ...totals, calls: new Map(), rows };
}

const newRow = () => ({ bars: [], lives: [] });

export function reduce(state, message) {
  const { type, run } = message;
  if (type === "begin") return fresh({ ...message, running: true });
  if (type === "snapshot") return run < state.run ? state : take(fresh(message), message);
  if (run !== state.run) return state;
  return type === "end" ? { ...state, running: false, now: message.now } : take(state, message);
}

function take(state, { now, batch }) {
  for (const [at, ...event] of batch) {
    happen(state.panels[at], event);
    state.most = Math.max(state.most, aliveOf(state));
  }
  state.now = Math.max(state.now, now);
  return state;
}

const aliveOf = ({ panels }) => panels.reduce((alive, panel) => alive + panel.alive, 0);

function happen(panel, [kind, time, number, worker, began, ended, cpu, error, workers]) {
  if (kind === "worker started") startWorker(panel, worker, time);
  else if (kind === "worker stopped") stopWorker(panel, worker, time, error);
  else if (kind === "resized") resize(panel, time, workers);
  else if (number != null) advance(panel, callOf(panel, number), { kind, time, worker, began, ended, cpu, error });
}

function callOf(panel, number) {
  if (!panel.calls.has(number)) {
    panel.calls.set(number, { number, state: "unknown", worker: null, ended: null });
    panel.counts.unknown += 1;
  }
  return panel.calls.get(number);
}

function advance(panel, call, { kind, time, worker, began, ended, cpu, error }) {
  const to = { submitted: "queued", started: "running" }[kind] ?? kind;
  if (kind === "submitted") call.submitted = time;
  if (kind === "started") call.dispatched = time;
  if (!(to in RANK) || RANK[to] < RANK[call.state] || RANK[call.state] === 3) return;
  panel.counts[call.state] -= 1;
  panel.counts[to] += 1;
  call.state = to;
  if (kind === "started" || began != null) place(panel, call, worker ?? call.worker, began ?? time);
  if (RANK[to] === 3) Object.assign(call, { ended: ended ?? time, error, share: shareOf(call, began, ended, cpu) });
}

function shareOf(call, began, ended, cpu) {
  return cpu == null || !(ended > began) ? null : Math.min(1, cpu / (ended - began));
}

function place(panel, call, worker, began) {
  call.began = began;
  if (worker == null || worker === call.worker) return;
  if (call.worker == null) panel.bars += 1;
  else leave(rowOf(panel, call.worker), call);
  call.worker = worker;
  const row = rowOf(panel, worker);
  row.bars.push(call);
  // A pool that says nothing about its workers shows them by their calls.
  if (!row.lives.some((life) => life.stopped == null || life.stopped >= began)) startWorker(panel, worker, began, true);
}

/** The pool gave the call to another worker before this one began it. */
function leave(row, call) {
  row.bars = row.bars.filter((bar) => bar !== call);
}

function rowOf(panel, worker) {
  while (panel.rows.length <= worker) panel.rows.push(newRow());
  return panel.rows[worker];
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
