import assert from "node:assert/strict";
import { test } from "node:test";

import { axisOf } from "../../pool_lab/lab/views/timeline/axis.js";
import {
  advance, bringIntoView, buttonOf, isSilent, newPlayer, pan, runsTime, scrub, showAll, SILENCE_S, toggle, zoom,
} from "../../pool_lab/lab/views/timeline/player.js";
import { busy, row, stateOf } from "./runs.js";

/** A view at the browser's time 0, when the run's time was 0 as well; nothing is eased. */
function viewOf(state, clock = 0) {
  const view = { state, player: newPlayer(), axis: axisOf({ pauses: [], now: 0 }), offset: 0, toldAt: clock };
  advance(view, clock, true);
  return view;
}

const finished = () => viewOf(stateOf(busy([[2]]), { now: 2, running: false }));
const going = (clock) => viewOf(stateOf([row({ began: 0, worker: 0 })]), clock);

test("while calls run the moment follows the browser's clock, for some seconds without a message", () => {
  const view = going(1);
  assert.equal(view.now, 1);
  advance(view, 2.5, true);
  assert.equal(view.now, 2.5);
  advance(view, 60, true);
  assert.equal(view.now, 1 + SILENCE_S);
  assert.equal(isSilent(view, 60), true);
});

test("the run's time stands still while no call waits or runs", () => {
  const view = viewOf(stateOf(busy([[2]]), { now: 2 }));
  assert.equal(runsTime(view, 50), 2);
  assert.equal(isSilent(view, 50), false);
});

test("the button holds a run, goes on, and plays a finished run again", () => {
  const view = going(1), { player } = view;
  assert.equal(buttonOf(player, true), "Pause");
  toggle(player, true);
  assert.equal(player.mode, "held");
  advance(view, 2, true);
  assert.equal(view.now, 1);
  assert.equal(buttonOf(player, true), "Play");

  const over = finished();
  assert.equal(buttonOf(over.player, false), "Play again");
  toggle(over.player, false);
  assert.deepEqual([over.player.mode, over.player.at], ["playing", 0]);
});

test("a replay takes eight seconds, whatever the run took, and ends live", () => {
  const view = finished();
  toggle(view.player, false);
  for (let clock = 0.1; clock < 4.05; clock += 0.1) advance(view, clock, true);
  assert.ok(Math.abs(view.now - 1) < 0.05, `${view.now}`);
  for (let clock = 4.1; clock < 8.3; clock += 0.1) advance(view, clock, true);
  assert.deepEqual([view.player.mode, view.now], ["live", 2]);
});

test("the replay of a window stays inside of it", () => {
  const view = finished();
  zoom(view.player, 0.5, 0);
  advance(view, 0, true);
  toggle(view.player, false);
  for (let clock = 0.1; clock < 9; clock += 0.1) advance(view, clock, true);
  assert.equal(view.player.mode, "held");
  assert.ok(Math.abs(view.now - view.player.window.to) < 1e-9);
});

test("scrubbing holds a moment; at the end it is live again", () => {
  const { player } = finished();
  scrub(player, 1);
  assert.deepEqual([player.mode, player.at], ["held", 1]);
  scrub(player, 2);
  assert.equal(player.mode, "live");
});

test("a window that shows the latest moment moves along with it", () => {
  const view = going(1);
  view.player.window = { from: 0.5, to: 1.1 };
  advance(view, 1.5, true);
  assert.ok(view.player.window.to > 1.5);
  assert.ok(Math.abs(view.player.window.to - view.player.window.from - 0.6) < 1e-9);
});

test("zoom, pan and show all", () => {
  const { player } = finished();
  pan(player, 1);
  assert.equal(player.window, null, "all is shown: there is nothing to pan");
  zoom(player, 0.5, 0);
  pan(player, 0.25);
  assert.ok(Math.abs(player.window.from - 0.25) < 1e-9);
  showAll(player);
  assert.deepEqual([player.window, player.mode], [null, "live"]);
});

test("a call that is not in the window is brought into it", () => {
  const { player } = finished();
  zoom(player, 0.1, 0);
  const before = player.window;
  bringIntoView(player, 0.05, 0.1);
  assert.equal(player.window, before, "it was visible already");
  bringIntoView(player, 1.5, 1.6);
  assert.ok(player.window.from < 1.5 && player.window.to > 1.5);
  bringIntoView(player, 1.5, 1.6, { close: true });
  assert.ok(Math.abs(player.window.to - player.window.from - 0.3) < 1e-9);
});

test("the axis grows in a few frames, and at once if motion is unwanted", () => {
  const view = { state: stateOf([row({ began: 0, worker: 0 })]), player: newPlayer(), offset: 0, toldAt: 10 };
  advance(view, 10, false);
  assert.ok(view.player.shown.to < view.player.whole.to);
  advance(view, 10, true);
  assert.equal(view.player.shown, view.player.whole);
});
