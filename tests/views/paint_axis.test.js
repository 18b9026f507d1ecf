import assert from "node:assert/strict";
import { test } from "node:test";

import { isFree, middlesOf } from "../../pool_lab/lab/views/timeline/paint_axis.js";

const placed = (...at) => at.map((one) => ({ at: one, width: 50 }));

test("words about pauses stand where the pauses are, and end before the axis does", () => {
  assert.deepEqual(middlesOf([], 400), []);
  assert.deepEqual(middlesOf(placed(100, 200, 390), 400), [100, 200, 375]);
});

test("words about pauses that are close stand side by side, the last where its pause is", () => {
  assert.deepEqual(middlesOf(placed(100, 180, 200), 400), [84, 142, 200]);
});

test("words that would come far from their pause are left out", () => {
  const middles = middlesOf(placed(190, 192, 194, 196, 198, 200), 400);
  assert.deepEqual(middles.slice(-2), [142, 200]);
  assert.ok(middles.slice(0, -2).every((middle) => middle === null));
});

test("a time keeps clear of a pause, and of the words about it, however long they are", () => {
  const pause = { at: 100, half: 20 }, words = (half) => ({ at: 100, half });
  assert.deepEqual([147, 148].map((at) => isFree(at, 20, [pause])), [false, true]);
  assert.deepEqual([167, 168, 32, 33].map((at) => isFree(at, 20, [pause, words(40)])), [false, true, true, false]);
  assert.ok(isFree(100, 20, []));
});
