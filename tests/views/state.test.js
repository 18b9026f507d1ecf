import assert from "node:assert/strict";
import { test } from "node:test";

import {
  countsAt, firstAfter, fresh, knownAt, previousEnd, reduce, stateAt,
} from "../../pool_lab/lab/views/timeline/state.js";
import { busy, panel, row, stateOf } from "./runs.js";

const last = (state, call) => state.panels[0].calls.get(call);

test("a call's new row replaces the old one", () => {
  let state = stateOf([row({}), row({ call: 1 })]);
  assert.deepEqual([state.panels[0].counts.queued, state.panels[0].bars], [2, 0]);
  state = reduce(state, { type: "news", run: 1, now: 1, calls: [row({ began: 1, worker: 0 })] });
  assert.equal(last(state, 0).state, "running");
  const done = row({ began: 1, ended: 3, worker: 0, cpu: 0.5, ending: "returned" });
  state = reduce(state, { type: "news", run: 1, now: 3, calls: [done] });
  const { counts, bars, rows } = state.panels[0];
  assert.deepEqual([counts.queued, counts.running, counts.returned, bars, rows[0].bars.length], [1, 0, 1, 1, 1]);
  assert.equal(last(state, 0).share, 0.25);
  assert.equal(state.now, 3);
});

test("what was true at an earlier moment follows from the times", () => {
  const raised = row({ submitted: 1, began: 2, ended: 4, worker: 0, ending: "raised" });
  const state = stateOf([raised, row({ call: 1, submitted: 3 })], { now: 5 });
  const states = [0, 1, 2, 3.9, 4].map((time) => stateAt(last(state, 0), time));
  assert.deepEqual(states, [null, "queued", "running", "running", "raised"]);
  const counts = countsAt(state.panels[0], 3.5, state.now);
  assert.deepEqual([counts.queued, counts.running, counts.raised], [1, 1, 0]);
  assert.equal(countsAt(state.panels[0], 4, state.now).raised, 1, "at the very moment at which it ended");
  assert.equal(countsAt(state.panels[0], 5, state.now), state.panels[0].counts);
});

test("a call that another worker runs has one bar, in that worker's row", () => {
  let state = stateOf([row({ began: 1, worker: 0 })]);
  state = reduce(state, { type: "news", run: 1, now: 2, calls: [row({ began: 2, worker: 1 })] });
  const { rows, bars } = state.panels[0];
  assert.deepEqual([rows[0].bars.length, rows[1].bars.length, bars], [0, 1, 1]);
});

test("bars are in the order in which their calls began, whatever the order of their rows", () => {
  const [first, second] = busy([[1, 1]]), state = stateOf([second, first]);
  assert.deepEqual(state.panels[0].rows[0].bars.map(({ number }) => number), [0, 1]);
});

test("a call that failed in the queue has no bar, and is counted as stranded", () => {
  const { counts, bars } = stateOf([row({ ended: 1, ending: "raised" })]).panels[0];
  assert.deepEqual([counts.raised, counts.stranded, bars], [1, 1, 0]);
});

test("workers start, stop, die, and are guessed if nothing is said of them", () => {
  const started = [[0, "worker started", 0, 0], [0, "worker started", 0, 1]];
  const others = [...started, [0, "worker stopped", 2, 1, null, "killed"], [0, "resized", 3, null, 4]];
  const state = stateOf([row({ began: 1, worker: 2 })], { now: 4, others });
  const { alive, died, rows, resizes, size } = state.panels[0];
  assert.deepEqual([alive, died, rows.length, size, state.most], [2, 1, 3, 4, 2]);
  assert.deepEqual(resizes, [{ time: 3, before: 2, after: 4 }]);
  assert.equal(rows[2].lives[0].guessed, true);
});

test("messages of another run change nothing; a run that begins is empty", () => {
  const state = stateOf(busy([[1], [1]]), { now: 1 });
  assert.equal(reduce(state, { type: "news", run: 2, now: 9, calls: [row({})] }), state);
  assert.equal(reduce(state, { type: "snapshot", run: 0, now: 9 }), state);
  const next = reduce(state, { type: "begin", run: 2, now: 0, panels: [panel({ workers: 3 })] });
  assert.deepEqual([next.running, next.panels[0].calls.size, next.panels[0].rows.length], [true, 0, 3]);
  assert.equal(reduce(state, { type: "end", run: 1, now: 2 }).running, false);
});

test("a run that never ends keeps the latest 100,000 calls, and counts all", () => {
  let state = fresh({ run: 1, panels: [panel()] });
  for (let at = 0; at < 300000; at += 1000) {
    const one = (number) => row({ call: number, began: number, ended: number + 1, worker: 0, ending: "returned" });
    const calls = Array.from({ length: 1000 }, (_, n) => one(at + n));
    state = reduce(state, { type: "news", run: 1, now: at, calls });
  }
  const { calls, rows, counts } = state.panels[0];
  assert.ok(calls.size <= 105000);
  assert.equal(rows[0].bars.length, calls.size);
  assert.equal(calls.size + state.dropped, 300000);
  assert.equal(counts.returned, 300000);
});

test("the first bar that ends after a moment is found", () => {
  const { bars } = stateOf(busy([[1, 1, 1]])).panels[0].rows[0];
  assert.deepEqual([-1, 0.5, 1, 1.5, 5].map((time) => firstAfter(bars, time)), [0, 0, 0, 1, 3]);
});

test("the previous run's end is that of its last call", () => {
  const { panels } = fresh({ panels: [panel({ previous: [[[0, 1]], [[0, 1], [2, 3]]] }), panel()] });
  assert.equal(previousEnd(panels), 3);
});

test("a call has the name that the text gives it; one without has none", () => {
  const { panels } = stateOf(busy([[1, 1]]), { panels: [panel({ names: ["A"] })] });
  assert.deepEqual([...panels[0].calls.values()].map(({ label }) => label), ["A", ""]);
});

test("while a panel runs, one that ran before it is shown to its end; then all show the same moment", () => {
  const panels = [panel({ cores: 2 }), panel({ cores: 2 })];
  const first = row({ began: 0, ended: 8, worker: 0, ending: "returned" });
  let state = stateOf([first], { now: 8, panels });
  const second = row({ panel: 1, began: 0.5, worker: 0 });
  state = reduce(state, { type: "news", run: 1, clock: 1, now: 1, calls: [second] });
  assert.equal(state.now, 1);
  assert.equal(state.longest, 8);
  assert.deepEqual(state.panels.map((one) => knownAt(one, state.now)), [Infinity, 1]);
  state = reduce(state, { type: "end", run: 1, clock: 1, now: 8 });
  assert.deepEqual(state.panels.map((one) => knownAt(one, 3)), [3, 3]);
});

test("a page that is opened after such a run shows one moment in all panels", () => {
  const calls = [row({ began: 0, ended: 8, worker: 0, ending: "returned" })];
  const sent = { type: "snapshot", run: 1, clock: 1, now: 8, running: false, panels: [panel(), panel()], calls };
  const state = reduce(fresh(), sent);
  assert.deepEqual(state.panels.map((one) => knownAt(one, 3)), [3, 3]);
});
