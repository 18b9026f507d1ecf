/* Which moment is shown, and which part of the axis: live, held, or played again. Works on the view's `shown`; no page.

   live      as late as the run is; of a finished run, its end
   held      one moment, while the run may go on
   playing   a moment that moves: through the window in REPLAY_S seconds, whatever its length. So zooming in is slow
             motion.

   A moment is kept as a place on the axis (timeline_geometry.js), so a replay passes over pauses. */

const REPLAY_S = 8;
/** After so long without a word from Python nothing is made up any more. */
const SILENCE_S = 3;

const newPlayer = () => ({ mode: "live", at: 0, window: null, shown: { from: 0, to: 1 }, span: { from: 0, to: 1 } });

const isMoving = ({ running, panels }) => running && panels.some(({ counts }) => counts.queued + counts.running > 0);

/** The run's time; it stands still while nothing waits or runs. The message that travelled fastest tells best how the
    two clocks lie. */
function runsTime({ state, offset, heard }, clock) {
  if (!isMoving(state)) return state.now;
  return Math.max(state.now, Math.min(clock, heard + SILENCE_S) - offset);
}

const isSilent = ({ state, heard }, clock) => isMoving(state) && clock - heard > SILENCE_S;

/** Bring everything up to this moment of the browser's clock: the run's time, the replay, the window. */
function advancePlayer(view, clock, isStill) {
  const { player, state } = view, late = runsTime(view, clock);
  const elapsed = Math.min(0.2, clock - (player.clock ?? clock));
  player.clock = clock;
  view.axis = axisOf({ pauses: state.pauses, now: Math.max(state.now, late) });
  player.whole = wholeOf(state, view.axis, late);
  player.end = view.axis.place(late);
  follow(player, state.running);
  if (player.mode === "playing") play(player, elapsed);
  if (player.mode !== "held" || !state.running) player.span = eased(player.span, player.whole, isStill);
  player.shown = player.window ?? player.span;
  view.now = player.mode === "live" ? late : Math.min(view.axis.time(player.at), late);
}

/** A window that shows the end of a running run goes along with it. */
function follow(player, isRunning) {
  const { window, end, before, mode } = player;
  player.before = end;
  if (!window || !isRunning || mode !== "live" || !(before <= window.to && before >= window.from)) return;
  const edge = window.to - (window.to - window.from) * 0.06;
  if (end > edge) player.window = { from: window.from + end - edge, to: window.to + end - edge };
}

function play(player, elapsed) {
  const { from, to } = player.window ?? { from: player.whole.from, to: player.end };
  player.pace = (to - from) / REPLAY_S;
  player.at += player.pace * elapsed;
  if (player.at < Math.min(to, player.end)) return;
  if (player.window) Object.assign(player, { mode: "held", at: Math.min(to, player.end) });
  else player.mode = "live";
}

function eased(from, to, isStill) {
  const isNear = (edge) => Math.abs(to[edge] - from[edge]) < (to.to - to.from) * 0.002;
  if (isStill || (isNear("from") && isNear("to"))) return to;
  const between = (edge) => from[edge] + (to[edge] - from[edge]) * 0.3;
  return { from: between("from"), to: between("to") };
}

const isSettled = ({ span, whole, mode }, isRunning) =>
  mode !== "playing" && (span === whole || (mode === "held" && isRunning));

/** The one button: hold what is running; let go of what is held; play again what is over. */
function toggle(player, isRunning) {
  const { mode, window, whole, end } = player;
  if (mode === "playing") player.mode = "held";
  else if (mode === "live" && isRunning) Object.assign(player, { mode: "held", at: end });
  else {
    const first = (window ?? whole).from, last = Math.min(window?.to ?? end, end);
    const isThrough = mode === "live" || player.at >= last - (last - first) * 0.001;
    Object.assign(player, { mode: "playing", at: isThrough ? first : player.at });
  }
}

/** Hold this place; the end of the run is where it is live. */
function scrub(player, at) {
  const isEnd = at >= player.end - (player.shown.to - player.shown.from) * 0.001;
  Object.assign(player, isEnd ? { mode: "live" } : { mode: "held", at: Math.max(at, player.whole.from) });
}

const buttonOf = ({ mode }, isRunning) =>
  mode === "playing" || (mode === "live" && isRunning) ? "Pause" : mode === "live" ? "Play again" : "Play";

/** Back to the latest of the whole run. */
const showAll = (player) => Object.assign(player, { window: null, mode: "live" });

/** The window as it is wished: several wishes may come before the next frame. */
const windowOf = ({ window, span }) => window ?? span;

function zoom(player, factor, about = null) {
  const window = windowOf(player);
  player.window = zoomed(window, factor, about ?? (window.from + window.to) / 2, player.whole);
}

function pan(player, by) {
  if (player.window) player.window = panned(player.window, by, player.whole) ?? player.window;
}

/** Have the window show this stretch, by moving it; `close` makes it fit. */
function bringIntoView(player, from, to, { close = false } = {}) {
  const window = windowOf(player), wide = close ? Math.max((to - from) * 3, NARROWEST_S) : window.to - window.from;
  if (!close && from >= window.from && from <= window.to) return;
  player.window = zoomed({ from: from - wide / 3, to: from + (2 * wide) / 3 }, 1, from, player.whole);
}
