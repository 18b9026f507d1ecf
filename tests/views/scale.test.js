import assert from "node:assert/strict";
import { test } from "node:test";

import { EDGE, HEIGHT, isSecond, namePlaces, scaleOf, ticks } from "../../pool_lab/lab/views/sweep/scale.js";

const curve = (name, kind, ...medians) => ({
  name, kind, paysUntil: null,
  points: medians.map((median, at) => ({ workers: 2 ** at, median, speedUps: [median - 0.1, median + 0.1] })),
});
const chart = (...curves) => ({ curves, workers: [1, 2, 4], cores: 2, underWay: null });

test("all measurements lie inside of the chart", () => {
  const { x, y, right, top } = scaleOf(chart(curve("threads", "threads", 1, 3, 5)), 900);
  assert.deepEqual([x(0), y(0)], [EDGE.left, HEIGHT - EDGE.bottom]);
  assert.ok(x(4) < right && y(5.1) > EDGE.top && top > 5.1);
});

test("without a measurement the chart reaches a little above a speed-up of 2", () => {
  assert.ok(Math.abs(scaleOf(chart(), 900).top - 2.24) < 1e-9);
});

test("a narrow chart has no room for names on the right", () => {
  const [narrow, wide] = [400, 900].map((width) => scaleOf(chart(), width));
  assert.deepEqual([narrow.narrow, narrow.right, wide.narrow, wide.right], [true, 384, false, 770]);
});

test("the axis has few lines, at round numbers", () => {
  assert.deepEqual(ticks(2.24), [0, 0.5, 1, 1.5, 2]);
  assert.deepEqual(ticks(5.7), [0, 1, 2, 3, 4, 5]);
  for (const top of [2.3, 7, 11, 40, 130, 800]) assert.ok(ticks(top).length <= 9 && ticks(top).at(-1) <= top);
});

test("names at the ends of curves keep clear of each other", () => {
  const all = chart(curve("a", "threads", 1, 1, 1), curve("b", "threads", 1, 1, 1.01), curve("c", "processes", 1, 2));
  const places = namePlaces(all.curves, scaleOf(all, 900));
  assert.deepEqual(places.map(({ name }) => name), ["a", "b", "c"]);
  assert.ok(places[0].y - places[1].y >= 16 && places[1].y - places[2].y >= 16);
});

test("the second curve of a kind is drawn differently", () => {
  const { curves } = chart(curve("a", "threads"), curve("b", "processes"), curve("c", "threads"));
  assert.deepEqual(curves.map((_, at) => isSecond(curves, at)), [false, false, true]);
});
