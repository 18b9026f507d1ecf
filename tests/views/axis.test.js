import assert from "node:assert/strict";
import { test } from "node:test";

import { axisOf, NARROWEST_S, panned, wholeOf, zoomed } from "../../pool_lab/lab/views/timeline/axis.js";
import { busy, stateOf } from "./runs.js";

test("without a pause a place is a second", () => {
  const axis = axisOf({ pauses: [], now: 5 });
  assert.deepEqual([axis.place(3), axis.time(3), axis.breaks], [3, 3, []]);
});

test("a pause takes little room, and places lead back to their seconds", () => {
  const axis = axisOf({ pauses: [[1, 61], [62, 100]], now: 101 });
  assert.ok(axis.place(101) < 3.5);
  for (const time of [0, 0.5, 1, 30, 61, 61.5, 62, 99, 100, 100.5]) {
    assert.ok(Math.abs(axis.time(axis.place(time)) - time) < 1e-9, `${time}`);
  }
  const places = [0, 1, 30, 61, 62, 80, 100, 101].map(axis.place);
  assert.deepEqual(places, places.toSorted((one, other) => one - other));
});

test("beside a short run a long pause takes little room, too", () => {
  const axis = axisOf({ pauses: [[0.01, 5]], now: 5.002 });
  assert.ok(axis.place(5.002) < 0.013);
});

test("the axis grows in steps while the run goes on, and fits it when it is over", () => {
  const axis = axisOf({ pauses: [], now: 0 });
  const ends = [0.1, 0.44, 0.5, 0.8, 1.2, 4].map((now) => wholeOf(stateOf([], { now }), axis, now).to);
  assert.deepEqual(ends.map((end) => Number(end.toFixed(6))), [0.5, 0.5, 0.6, 1, 1.5, 5]);
  const over = stateOf(busy([[2]]), { now: 2, running: false });
  assert.ok(Math.abs(wholeOf(over, axis, 2).to - 2.03) < 1e-9);
});

test("zooming keeps the place that is pointed at, and stops at the whole and at the narrowest", () => {
  const whole = { from: 0, to: 10 };
  const near = zoomed(whole, 0.5, 2, whole);
  assert.deepEqual(near, { from: 1, to: 6 });
  assert.equal(zoomed(near, 4, 2, whole), null);
  const nearest = zoomed(near, 1e-12, 2, whole);
  assert.ok(Math.abs(nearest.to - nearest.from - NARROWEST_S) < 1e-9);
});

test("a window is moved no further than the whole reaches", () => {
  const whole = { from: 0, to: 10 };
  assert.deepEqual(panned({ from: 1, to: 3 }, 2, whole), { from: 3, to: 5 });
  assert.deepEqual(panned({ from: 1, to: 3 }, 100, whole), { from: 8, to: 10 });
  assert.deepEqual(panned({ from: 1, to: 3 }, -5, whole), { from: 0, to: 2 });
});
