import assert from "node:assert/strict";
import { test } from "node:test";

import { axisOf } from "../../pool_lab/lab/views/timeline/axis.js";
import { blocks, hit } from "../../pool_lab/lab/views/timeline/blocks.js";
import { ABOVE_STRIP, arrange, STRIP } from "../../pool_lab/lab/views/timeline/layout.js";
import { busyCores } from "../../pool_lab/lab/views/timeline/paint_busy_cores.js";
import { busy, panel, row, stateOf } from "./runs.js";

const measure = (words) => words.length * 6;

function layoutOf(state, { width = 900, window = { from: 0, to: 10 }, isWhole = false } = {}) {
  return arrange(state, width, window, axisOf({ pauses: state.pauses, now: state.now }), measure, isWhole);
}

const signs = ({ legend }) => legend.map(({ sign }) => sign);

test("each worker has a lane, and each panel is below the one before", () => {
  const { boxes, height, axis } = layoutOf(stateOf([], { panels: [panel(), panel({ workers: 4 })] }));
  assert.deepEqual(boxes.map(({ top, bottom, lane }) => (bottom - top) / lane), [2, 4]);
  assert.ok(boxes[1].top > boxes[0].bottom);
  assert.ok(axis >= boxes[1].bottom && height > axis);
});

test("a hundred workers still have lanes, lower ones", () => {
  const [{ lane, bar }] = layoutOf(stateOf([], { panels: [panel({ workers: 100 })] })).boxes;
  assert.equal(lane, 4);
  assert.ok(bar > 0);
});

test("pixels and seconds lead to each other", () => {
  const layout = layoutOf(stateOf([], { now: 8 }));
  assert.equal(layout.x(0), layout.left);
  assert.ok(Math.abs(layout.x(10) - layout.right) < 1e-9);
  assert.ok(Math.abs(layout.timeAt(layout.x(3.25)) - 3.25) < 1e-9);
});

test("the legend explains what there is, and fits the width", () => {
  const raised = row({ began: 0, ended: 1, worker: 0, ending: "raised" });
  const state = stateOf([raised, row({ call: 1, ended: 1, ending: "cancelled" })], { now: 2, running: false });
  assert.deepEqual(signs(layoutOf(state, { isWhole: true })), ["level", "raised", "cancelled"]);
  assert.deepEqual(signs(layoutOf(state)), ["level", "running", "raised", "cancelled", "queued"]);
  const narrow = layoutOf(state, { width: 360 });
  for (const { x, mark, words } of narrow.legend) assert.ok(x === 0 || x + mark + 8 + measure(words) <= 360);
  assert.ok(narrow.height > layoutOf(state).height);
});

test("on a narrow page the counts have a line of their own", () => {
  assert.deepEqual([900, 480].map((width) => layoutOf(stateOf([]), { width }).boxes[0].under), [0, 1]);
});

test("a row shows a block for each call, up to the moment that is shown", () => {
  const state = stateOf(busy([[1, 1, 1]]), { now: 3 }), layout = layoutOf(state), { bars } = state.panels[0].rows[0];
  const ofCalls = blocks(bars, layout, 1.5);
  assert.deepEqual(ofCalls.map(({ call, isOver }) => [call.number, isOver]), [[0, true], [1, false]]);
  assert.ok(Math.abs(ofCalls[1].x1 - layout.x(1.5)) < 1e-9);
  assert.equal(blocks(bars, layout, 3).length, 3);
});

test("a hundred thousand calls become few blocks, and none is lost", () => {
  const facts = { worker: 0, cpu: 0.45, ending: "returned" };
  const calls = Array.from({ length: 100000 }, (_, at) => row({ ...facts, call: at, began: at, ended: at + 0.9 }));
  const { bars } = stateOf(calls, { now: 1e5 }).panels[0].rows[0];
  const layout = { left: 0, right: 1000, x: (time) => time / 100, timeAt: (x) => x * 100 };
  const found = blocks(bars, layout, 1e5);
  assert.ok(found.length <= 1000);
  assert.equal(found.reduce((many, block) => many + (block.many ?? 1), 0), 100000);
  for (const { share, x0, x1 } of found) assert.ok(Math.abs(share - 0.5) < 0.01 && x1 - x0 <= 6);
});

test("a crowd with one bad call looks bad", () => {
  const ends = ["returned", "crashed", "returned"];
  const calls = ends.map((ending, at) => row({ call: at, began: at, ended: at + 0.5, worker: 0, ending }));
  const layout = { left: 0, right: 1000, x: (time) => time / 100, timeAt: (x) => x * 100 };
  const [crowd] = blocks(stateOf(calls, { now: 9 }).panels[0].rows[0].bars, layout, 9);
  assert.deepEqual([crowd.call, crowd.many, crowd.bad], [null, 3, "crashed"]);
});

test("what is pointed at is a call, a lane, the queue, or nothing", () => {
  const state = stateOf(busy([[2], [1, 1]]), { now: 2 }), layout = layoutOf(state), [box] = layout.boxes;
  const at = (time, worker) => hit(layout, layout.x(time), box.top + (worker + 0.5) * box.lane, 2);
  assert.equal(at(1.5, 0).block.call.number, 0);
  assert.equal(at(1.5, 1).block.call.number, 2);
  assert.deepEqual([at(5, 1).worker, at(5, 1).block], [1, undefined]);
  assert.deepEqual(hit(layout, 10, box.top + 5, 2), { box });
  assert.equal(hit(layout, 500, box.bottom + 500, 2), null);
});

test("a strip of busy cores takes room below the lanes, if the cores are known", () => {
  const [without, strip] = [0, 2].map((cores) => {
    const { boxes } = layoutOf(stateOf([], { panels: [panel({ cores }), panel({ cores })] }));
    return boxes[1].top - boxes[0].bottom;
  });
  assert.equal(strip - without, STRIP + ABOVE_STRIP);
});

test("two calls that have half a core each keep one busy, as far as all calls are known", () => {
  const state = stateOf(busy([[2, 2], [2, 2]]), { now: 4, panels: [panel({ cores: 2 })] });
  const layout = layoutOf(state), levels = busyCores(state.panels[0], layout, 4);
  assert.ok(levels.length > 10 && levels.slice(0, -1).every((cores) => Math.abs(cores - 1) < 1e-6));
  assert.ok(Math.abs(layout.timeAt(layout.left + levels.length * 6) - 4) < 0.2);
  const half = busyCores(state.panels[0], layout, 3);
  assert.ok(Math.abs(layout.timeAt(layout.left + half.length * 6) - 2) < 0.2, "at 3 s the second calls still run");
  assert.deepEqual(busyCores(stateOf([], { panels: [panel()] }).panels[0], layout, 4), []);
});

test("very many calls take the same blocks whether they are over at once or one after the other", () => {
  const facts = { worker: 0, cpu: 0.3, ending: "returned" };
  const calls = Array.from({ length: 3000 }, (_, at) => {
    const length = at % 100 === 7 ? 25 : 0.6, began = at + (at % 100 > 7 ? 24 : 0) + Math.floor(at / 100) * 24;
    return row({ ...facts, call: at, began, ended: began + length, ending: at % 500 === 3 ? "raised" : "returned" });
  });
  const layout = { left: 0, right: 1000, x: (time) => time / 10, timeAt: (x) => x * 10, key: "one" };
  const { bars } = stateOf(calls, { now: 1e4 }).panels[0].rows[0];
  const atOnce = blocks(bars, { ...layout, key: "" }, 1e4);
  for (let now = 0; now < 1e4; now += 97) blocks(bars, layout, now);
  const oneByOne = blocks(bars, layout, 1e4), count = (shown, what) => shown.reduce((all, one) => all + what(one), 0);
  for (const what of [(one) => one.many || 1, ({ failed }) => failed]) {
    assert.equal(count(oneByOne, what), count(atOnce, what));
  }
  assert.equal(count(atOnce, (one) => one.many || 1), 3000);
  assert.equal(count(atOnce, ({ failed }) => failed), 6);
  assert.equal(atOnce.filter(({ x0, x1 }) => x1 - x0 > 2.4 && x1 - x0 < 2.6).length, 30, "long ones are by themselves");
});
