/* What hands do to a timeline: mouse, touch, keys. They change the view's player and selection; timeline.js paints.

   wheel with ctrl (a pinch on a touchpad), two fingers, + and -     zoom about what is pointed at
   drag, wheel sideways or with shift, shift and left or right       pan
   double click, 0                                                   all of it
   click, arrows, Home, End                                          select a call; Enter looks at it closely
   space                                                             pause, play
   Escape                                                            no selection, the latest moment, all of it */

const ZOOM = 1.5, STEP = 0.1, TAP = 4;

function listen(view) {
  const { stage, canvas, tip } = view, fingers = new Map();
  canvas.addEventListener("wheel", (event) => onWheel(view, event), { passive: false });
  canvas.addEventListener("pointerdown", (event) => onDown(view, fingers, event));
  canvas.addEventListener("pointermove", (event) => onMove(view, fingers, event));
  canvas.addEventListener("pointerup", (event) => onUp(view, fingers, event));
  canvas.addEventListener("pointercancel", ({ pointerId }) => fingers.delete(pointerId));
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("dblclick", () => (showAll(view.player), view.wake()));
  stage.addEventListener("keydown", (event) => onKey(view, event));
}

function onWheel(view, event) {
  if (view.isCovered() || !view.layout) return;
  const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
  const { player, layout } = view, unit = event.deltaMode === 1 ? 16 : 1;
  const isSideways = Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY);
  const turn = clamp(event.deltaY * unit, -200, 200);
  if (event.ctrlKey || event.metaKey) zoom(player, Math.exp(turn / 250), layout.placeAt(event.offsetX));
  else if (player.window && isSideways) pan(player, (sideways * unit) / layout.scale);
  else return;
  event.preventDefault();
  view.tip.hidden = true;
  view.wake();
}

function onDown(view, fingers, event) {
  if (event.button || view.isCovered()) return;
  fingers.set(event.pointerId, { x: event.offsetX, from: event.offsetX, y: event.offsetY });
  event.target.setPointerCapture(event.pointerId);
}

function onMove(view, fingers, event) {
  const finger = fingers.get(event.pointerId), { player, layout } = view;
  if (!finger) return point(view, event);
  const before = [...fingers.values()].map(({ x }) => x), by = event.offsetX - finger.x;
  finger.x = event.offsetX;
  const [one, other] = [...fingers.values()].map(({ x }) => x);
  const isDrag = Math.abs(finger.x - finger.from) > TAP;
  if (isDrag) finger.isDrag = true;
  if (other !== undefined) {
    const wide = Math.max(8, Math.abs(before[0] - before[1])), now = Math.max(8, Math.abs(one - other));
    zoom(player, wide / now, layout.placeAt((one + other) / 2));
  } else if (finger.isDrag) pan(player, -by / layout.scale);
  if (finger.isDrag) view.tip.hidden = true;
  view.wake();
}

function onUp(view, fingers, event) {
  const finger = fingers.get(event.pointerId);
  fingers.delete(event.pointerId);
  if (!finger || finger.isDrag || view.isCovered()) return;
  const found = hit(view.layout, event.offsetX, event.offsetY, view.now)?.block;
  if (found && !found.call) zoom(view.player, 0.2, view.layout.placeAt(event.offsetX));
  else view.select(found?.call ?? null);
  view.wake();
}

function point(view, { offsetX, offsetY }) {
  const { tip, layout, now } = view, found = view.isCovered() || !layout ? null : hit(layout, offsetX, offsetY, now);
  const words = found?.block ? tipOf(found.block, found.box, now) : doorTip(found);
  tip.hidden = !words;
  if (!words) return;
  tip.textContent = words;
  tip.style.left = `${clamp(offsetX + 12, 0, Math.max(0, view.stage.clientWidth - tip.offsetWidth))}px`;
  tip.style.top = `${offsetY + 18}px`;
}

const tipOf = ({ call, many }, { panel }, now) => (call ? story(call, knownAt(panel, now)) : crowdStory(many));

function doorTip(found) {
  if (!found || found.worker != null) return "";
  const { queued, cancelled } = found.box.counts ?? {};
  const told = [queued && `${queued} waiting for a worker`, cancelled && `${cancelled} cancelled`];
  return told.filter(Boolean).join(" · ");
}

function onKey(view, event) {
  if (event.target !== view.stage || event.ctrlKey || event.metaKey || event.altKey || view.isCovered()) return;
  const { player, state } = view, wide = windowOf(player).to - windowOf(player).from;
  const actions = {
    " ": () => toggle(player, isMoving(state)),
    "+": () => zoom(player, 1 / ZOOM, focusOf(view)),
    "=": () => zoom(player, 1 / ZOOM, focusOf(view)),
    "-": () => zoom(player, ZOOM, focusOf(view)),
    0: () => showAll(player),
    Escape: () => (view.select(null), showAll(player)),
    Enter: () => view.selected && view.find(view.selected, { close: true }),
    Home: () => view.find(edgeCall(state, 1)),
    End: () => view.find(edgeCall(state, -1)),
    ArrowLeft: () => (event.shiftKey ? pan(player, -wide * STEP) : view.find(beside(view, -1))),
    ArrowRight: () => (event.shiftKey ? pan(player, wide * STEP) : view.find(beside(view, 1))),
    ArrowUp: () => view.find(acrossLanes(view, -1)),
    ArrowDown: () => view.find(acrossLanes(view, 1)),
  };
  const action = actions[event.key];
  if (!action) return;
  // The notebook would take the keys for its own.
  event.preventDefault();
  event.stopPropagation();
  action();
  view.wake();
}

/** Zooming with keys keeps the selected call in sight. */
function focusOf({ selected, axis, player }) {
  const { from, to } = windowOf(player), at = selected?.began == null ? null : axis.place(selected.began);
  return at != null && at >= from && at <= to ? at : null;
}

const lanesOf = ({ panels }) => panels.flatMap(({ rows }) => rows.map(({ bars }) => bars));
const isThere = (call, now) => call && call.began <= now;

function edgeCall(state, side) {
  const ends = lanesOf(state).map((bars) => bars.at(side > 0 ? 0 : -1)).filter(Boolean);
  return ends.reduce((best, call) => (!best || (call.began - best.began) * side < 0 ? call : best), null);
}

/** The call before or after the selected one in its lane; without one, the first that is in sight. */
function beside({ state, selected, axis, player, now }, by) {
  if (selected?.worker == null) return firstInSight(state, axis.time(player.shown.from), now);
  const { bars } = state.panels[selected.panel].rows[selected.worker], next = bars[bars.lastIndexOf(selected) + by];
  return isThere(next, now) ? next : selected;
}

function firstInSight(state, from, now) {
  for (const bars of lanesOf(state)) {
    const call = bars[firstAfter(bars, from)];
    if (isThere(call, now)) return call;
  }
  return null;
}

/** The call that ran at about the same time in the next lane up or down that has one, in whatever panel. */
function acrossLanes({ state, selected, axis, player, now }, by) {
  if (selected?.worker == null) return firstInSight(state, axis.time(player.shown.from), now);
  const lanes = lanesOf(state), own = lanes.indexOf(state.panels[selected.panel].rows[selected.worker].bars);
  const middle = (selected.began + Math.min(selected.ended ?? now, now)) / 2;
  for (let lane = own + by; lane >= 0 && lane < lanes.length; lane += by) {
    const bars = lanes[lane], at = firstAfter(bars, middle);
    const call = isThere(bars[at], now) ? bars[at] : bars[at - 1];
    if (call) return call;
  }
  return selected;
}
