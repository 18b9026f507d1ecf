/* When the picture is painted: a loop asks the browser for frames, and stops when nothing moves. */

import { prefersStillness } from "../shared/dom.js";
import { axisOf } from "./axis.js";
import { arrange } from "./layout.js";
import { widthOf } from "./shapes.js";
import { clock, guarded, updatePage } from "./page.js";
import { paint } from "./paint.js";
import { advance, isMoving, isSettled, isSilent } from "./player.js";
import { keepInSight } from "./sight.js";
import { fresh } from "./state.js";

const FRAME_MS = 30, FLIGHT_S = 0.3;
const KINDS = ["threads", "processes", "interpreters", "cluster", "simulation"];
const COLORS = ["ink", "grey", "ground", "accent", "tint", ...KINDS];

/** Paint soon, and go on as long as something moves. */
export function wake(view) {
  if (view.closed) return;
  view.frame ||= requestAnimationFrame((at) => {
    view.frame = 0;
    const { state, player } = view, isDue = at - view.painted >= FRAME_MS || !state.running;
    if (isDue) guarded(view, () => (paintFrame(view), (view.painted = at)));
    if (view.broken) return updatePage(view);
    if (!isDue || (!view.isCovered() && (isAnimated(view) || !isSettled(player, state.running)))) wake(view);
  });
}

const isAnimated = (view) =>
  view.player.mode === "live" && isMoving(view.state) && !prefersStillness() && !isSilent(view, clock());

function paintFrame(view) {
  const { pen, canvas, stage, player } = view, covered = view.isCovered(), width = stage.clientWidth;
  if (!width) return;
  advance(view, clock(), prefersStillness());
  const state = covered ? emptied(view.state) : view.state;
  const [axis, shown] = covered ? [axisOf({ pauses: [], now: 0 }), { from: 0, to: 1 }] : [view.axis, player.shown];
  pen.theme = themeOf(view.root);
  const isWhole = player.mode === "live" && !state.running;
  view.layout = arrange(state, width, shown, axis, (words) => widthOf(pen, words), isWhole);
  fit(canvas, pen, width, view.layout.height);
  const { selected, marked } = view;
  if (!covered) paint(pen, state, view.layout, view.now, { selected, marked, flight: flightOf(view) });
  updatePage(view);
  keepInSight(view);
}

/** How many seconds of the run a call takes, to be seen, from the queue to its worker; 0: that is not shown. */
function flightOf({ player, state }) {
  const { window, end } = player, isInvisible = window && (end < window.from || end > window.to);
  if (prefersStillness() || player.mode === "held" || isInvisible) return 0;
  if (player.mode === "playing") return FLIGHT_S * player.pace;
  return state.running ? FLIGHT_S : 0;
}

/** The panels as they were before the run: a covered picture takes its place and gives nothing away. */
const emptied = ({ panels }) => fresh({ panels: panels.map((panel) => ({ ...panel, workers: panel.begunWith })) });

/** Give the canvas this size, in the pixels of the screen, and clear it. */
function fit(canvas, pen, width, height) {
  const ratio = window.devicePixelRatio || 1, pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
    [canvas.width, canvas.height] = pixels;
    canvas.style.height = `${height}px`;
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
}

/** The colours of tokens.css, as they are in the page's theme. */
function themeOf(root) {
  const style = getComputedStyle(root);
  const theme = Object.fromEntries(COLORS.map((name) => [name, style.getPropertyValue(`--pool-lab-${name}`).trim()]));
  return { ...theme, tint: Number(theme.tint), font: style.fontFamily };
}
