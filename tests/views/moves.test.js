import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, moved, startingAt } from "../../pool_lab/lessons/predictions/board/moves.js";

const LIMITS = { workers: 2, horizon: 10 };

test("a bar moves by lanes and units, and no further than the board", () => {
  assert.deepEqual(moved([0, 2, 5], 1, 3, LIMITS), [1, 5, 8]);
  assert.deepEqual(moved([0, 2, 5], -1, -9, LIMITS), [0, 0, 3]);
  assert.deepEqual(moved([0, 2, 5], 0, 99, LIMITS), [0, 7, 10]);
});

test("the tray is below the last lane", () => {
  assert.deepEqual(moved([1, 2, 5], 1, 0, LIMITS), [-1, 2, 5]);
  assert.deepEqual(moved([-1, 2, 5], -1, 0, LIMITS), [1, 2, 5]);
  assert.deepEqual(moved([-1, 2, 5], 1, 0, LIMITS), [-1, 2, 5]);
});

test("a bar that is stretched keeps its start, and at least one unit", () => {
  assert.deepEqual(moved([0, 2, 5], 0, 1, { ...LIMITS, stretch: true }), [0, 2, 6]);
  assert.deepEqual(moved([0, 2, 5], 0, -9, { ...LIMITS, stretch: true }), [0, 2, 3]);
  assert.deepEqual(moved([0, 2, 5], 0, 99, { ...LIMITS, stretch: true }), [0, 2, 10]);
});

test("a new start keeps the length", () => {
  assert.deepEqual(startingAt([1, 2, 5], 4, 10), [1, 4, 7]);
  assert.deepEqual(startingAt([1, 2, 5], 9, 10), [1, 7, 10]);
});

test("a bar's place is described", () => {
  assert.equal(describe("A", [-1, 0, 2]), "A, not placed yet");
  assert.equal(describe("A", [1, 0, 2]), "A on worker 1, from 0 to 2");
});
