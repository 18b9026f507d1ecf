import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, describeCrowd, describeMoment, labelOf, tally } from "../../pool_lab/lab/views/timeline/words.js";
import { panel, row, stateOf } from "./runs.js";

const call = (facts) => stateOf([row(facts)]).panels[0].calls.get(0);

test("a call is described up to the moment that is shown", () => {
  const done = call({ submitted: 1, began: 2, ended: 4, worker: 1, cpu: 0.5, ending: "returned" });
  const all = "Call 0, nap: submitted at 1.0 s · waited 1.0 s · ran on w1 for 2.0 s · 25% of it on a core · returned";
  assert.equal(describe(done), all);
  assert.equal(describe(done, 3), "Call 0, nap: submitted at 1.0 s · waited 1.0 s · running on w1 for 1.0 s");
  assert.equal(describe(done, 1.5), "Call 0, nap: submitted at 1.0 s · queued");
  assert.equal(describe(done, 0.5), "Call 0, nap: not submitted yet at this moment.");
});

test("each way to end has words of its own", () => {
  const words = (ending, error) => describe(call({ began: 0, ended: 1, worker: 0, ending, error })).split(" · ").at(-1);
  assert.equal(words("raised", "package.errors.MyError: no"), "raised MyError: no");
  assert.equal(words("raised", ""), "raised an exception");
  assert.equal(words("timed out", "TimeoutError"), "was stopped: it ran out of time (TimeoutError)");
  assert.equal(words("crashed", "WorkerDiedError: killed"), "crashed: WorkerDiedError: killed");
});

test("a call that had no worker is described without one", () => {
  const cancelled = call({ ended: 1, ending: "cancelled" });
  assert.equal(describe(cancelled), "Call 0, nap: submitted at 0 s · waited 1.0 s · was cancelled before it ran");
  const failed = call({ ended: 1, ending: "crashed", error: "BrokenProcessPool" });
  assert.match(describe(failed), /submitted at \S+ s · not seen on any worker · crashed: BrokenProcessPool$/);
});

test("a moment is described by the counts of all panels", () => {
  const { panels } = stateOf([], { panels: [panel(), panel({ title: "processes" })] });
  const counts = new Map([[panels[0], { queued: 2, returned: 1 }], [panels[1], {}]]);
  const words = describeMoment("At 1.5 s", panels, (one) => counts.get(one));
  assert.equal(words, "At 1.5 s: threads: 2 queued, 1 done; processes: nothing yet");
  assert.equal(describeCrowd(1200), "1,200 calls, too short to be told apart here; zoom in to see them");
});

test("calls that failed or were cancelled are done, and are named in brackets", () => {
  const counts = { queued: 0, running: 0, returned: 11, raised: 2, cancelled: 1 }, { panels } = stateOf([]);
  assert.equal(describeMoment("Now", panels, () => counts), "Now: 14 done (2 failed, 1 cancelled)");
  const shown = tally(counts, { all: true }).map(({ number, word }) => `${number} ${word}`).join(" ");
  assert.equal(shown, "0 queued 0 running 14 done (2 failed, 1 cancelled)");
});

test("a call with a name is called by it, and one without by its number", () => {
  const rows = [row({ began: 0, worker: 0 }), row({ call: 1 })];
  const { calls } = stateOf(rows, { panels: [panel({ names: ["A"] })] }).panels[0];
  assert.match(describe(calls.get(0)), /^Call A, nap: /);
  assert.deepEqual([...calls.values()].map(labelOf), ["A", "1"]);
});
