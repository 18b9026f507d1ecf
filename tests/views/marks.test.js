import assert from "node:assert/strict";
import { test } from "node:test";

import { blocks, marksOf } from "../../pool_lab/lab/views/timeline/blocks.js";
import { whereLanesBegin } from "../../pool_lab/lab/views/timeline/paint_resizes.js";
import { row, stateOf } from "./runs.js";

/** What a row shows with so many pixels for a second. */
function shown(calls, pixels) {
  const state = stateOf(calls, { now: 10, running: false }), [x, timeAt] = [(s) => s * pixels, (px) => px / pixels];
  return blocks(state.panels[0].rows[0].bars, { x, timeAt, left: 0, right: 1000, key: "" }, 10);
}

const failed = (call, began, ended, ending = "raised") => row({ call, began, ended, worker: 0, ending });
const toldOf = (marks) => marks.map(({ bad, many }) => `${many} ${bad}`);

test("failures beside each other have a mark each if there is room, and else one with their number", () => {
  const calls = [failed(0, 0, 1), failed(1, 1, 2), failed(2, 2, 3), failed(3, 9, 10)];
  assert.deepEqual(toldOf(marksOf(shown(calls, 40))), ["1 raised", "1 raised", "1 raised", "1 raised"]);
  assert.deepEqual(toldOf(marksOf(shown(calls, 5))), ["3 raised", "1 raised"]);
  assert.deepEqual(toldOf(marksOf(shown(calls, 0.25))), ["4 raised"], "narrower than a pixel");
});

test("failures of different kinds have marks of their own", () => {
  const calls = [failed(0, 0, 1), failed(1, 1, 2, "timed out"), failed(2, 2, 3)];
  assert.deepEqual(toldOf(marksOf(shown(calls, 3))), ["2 raised", "1 timed out"]);
});

test("a resize of an idle pool is where the lanes that it made begin, as soon as they do", () => {
  const from = (started) => ({ bars: [], lives: [{ started, stopped: null, guessed: false }] });
  const rows = [from(0), from(5)], resizes = [{ time: 2, before: 1, after: 2 }, { time: 8, before: 2, after: 4 }];
  assert.deepEqual(whereLanesBegin(resizes, rows, 9).map(({ time }) => time), [5, 8]);
  assert.deepEqual(whereLanesBegin(resizes.slice(0, 1), rows, 4).map(({ time }) => time), [2]);
});
