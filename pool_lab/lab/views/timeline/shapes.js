/* The shapes of a timeline: text, lines, bars, queued calls, and a mark for each way in which a call can end.

   `pen` draws on the canvas and has the theme's colours and font. A call's outcome has a shape and a letter.
   Colour only shows the kind of executor. */

import { clamp, grouped } from "../shared/numbers.js";

/** @typedef {Record<string, any>} Theme */
/** @typedef {CanvasRenderingContext2D & { theme: Theme }} Pen */

export const LETTERS = { raised: "F", "timed out": "T", crashed: "W", cancelled: "C" };

/** @param {Pen} pen @param {string} words */
export function widthOf(pen, words, size = 11.5, weight = 400) {
  pen.font = `${weight} ${size}px ${pen.theme.font}`;
  return pen.measureText(words).width;
}

/** Returns its width.
 * @param {Pen} pen @param {string} words @param {number} x @param {number} y
 * @param {{ size?: number, weight?: number, color?: string, align?: CanvasTextAlign, halo?: boolean }} look `halo` sets
 *   it off from what it lies on
 */
export function text(pen, words, x, y, look = {}) {
  const { size = 11.5, weight = 400, color = "grey", align = "left", halo = false } = look;
  pen.font = `${weight} ${size}px ${pen.theme.font}`;
  pen.fillStyle = pen.theme[color];
  pen.textAlign = align;
  if (halo) {
    Object.assign(pen, { strokeStyle: pen.theme.ground, lineWidth: 3, lineJoin: "round" });
    pen.strokeText(words, x, y);
  }
  pen.fillText(words, x, y);
  return pen.measureText(words).width;
}

/** @param {Pen} pen */
export function line(pen, x0, y0, x1, y1, { color = "ink", width = 1, dash = [], alpha = 1 } = {}) {
  pen.save();
  Object.assign(pen, { strokeStyle: pen.theme[color] ?? color, lineWidth: width, globalAlpha: alpha });
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
  pen.restore();
}

/** A path: a rectangle with round corners. @param {Pen} pen */
export function shape(pen, x, y, width, height, radius = 2.5) {
  pen.beginPath();
  pen.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
}

/** The colour of a kind of executor. @param {Pen} pen @param {string} kind */
export function styleOf({ theme }, kind) {
  return { color: theme[kind] ?? theme.simulation, outlined: kind === "simulation" };
}

/** A round corner takes the browser ten times as long to fill as a square one: where there are very many bars, their
 * corners are square.
 * @param {Pen} pen
 */
function fill(pen, x, y, width, height, radius, square = false) {
  if (square) return pen.fillRect(x, y, width, height);
  shape(pen, x, y, width, height, radius);
  pen.fill();
}

/** Of a call that is not too narrow. @param {Pen} pen */
export function paintBar(pen, { x0, x1, share }, y, height, { color, outlined, square = false }) {
  const width = Math.max(x1 - x0 - 1, 0.75);
  const level = share > 0 ? Math.max(1, share * height) : 0;
  pen.fillStyle = color;
  pen.globalAlpha = pen.theme.tint;
  if (!outlined) fill(pen, x0, y, width, height, 2.5, square);
  pen.globalAlpha = outlined ? 0.5 : 1;
  if (level) fill(pen, x0, y + height - level, width, level, level < 6 ? 1 : 2.5, square);
  pen.globalAlpha = 1;
  if (outlined && width > 3) outline(pen, x0, y, width, height, color, { square });
}

function outline(pen, x, y, width, height, color, { dash = [], square = false } = {}) {
  /** @type {[number, number, number, number]} */
  const inner = [x + 0.6, y + 0.6, Math.max(width - 1.2, 0.5), height - 1.2];
  Object.assign(pen, { strokeStyle: color, lineWidth: 1.25 });
  if (square) return pen.strokeRect(...inner);
  pen.setLineDash(dash);
  shape(pen, ...inner);
  pen.stroke();
  pen.setLineDash([]);
}

/** @param {Pen} pen */
export function paintRunning(pen, { x0, x1 }, y, height, { color }) {
  pen.fillStyle = color;
  pen.globalAlpha = pen.theme.tint * 0.5;
  shape(pen, x0, y, x1 - x0, height);
  pen.fill();
  pen.globalAlpha = 1;
  if (x1 - x0 > 2) outline(pen, x0, y, x1 - x0, height, color, { dash: [3, 2] });
}

/** The edge of a bar whose call failed. @param {Pen} pen */
export function paintEdge(pen, { x0, x1, bad }, y, height, { square = false } = {}) {
  const wide = x1 - x0;
  if (wide <= 6) return;
  if (bad === "crashed") openOutline(pen, x0, y, wide - 4, height);
  else outline(pen, x0, y, wide - 1, height, pen.theme.ink, { square });
}

/** What the text calls the call, at the start of the visible part of its bar, if there is room. Returns where it ends.
 * @param {Pen} pen
 */
export function paintLabel(pen, { call, x0, x1 }, y, height, { left = -Infinity, right = Infinity } = {}) {
  const from = Math.max(x0, left), look = { size: 11.5, weight: 700, color: "ink", halo: true };
  if (!call?.label || height < 12) return left;
  const end = from + 5 + widthOf(pen, call.label, look.size, look.weight);
  if (end + 3 > Math.min(x1, right)) return left;
  text(pen, call.label, from + 5, y + height / 2 + 4, look);
  return end + 3;
}

/** A cross, a clock, or a torn edge; and a letter where there is room for it, or how many failures it stands for. They
 * are whole and in the visible part of the bar, even if it begins or ends outside of the lanes, or is only a line.
 * @param {Pen} pen
 */
export function paintMark(pen, { x0, x1, bad, many }, y, height, { left = -Infinity, right = Infinity } = {}) {
  const [from, to] = [Math.max(x0, left), Math.min(x1, right)], fits = height >= 12;
  const words = many > 1 ? grouped(many) : to - from >= 26 ? LETTERS[bad] : "", look = { size: 11, weight: 700 };
  const arm = Math.min(3.5, height / 3), room = words && fits ? 4 + widthOf(pen, words, look.size, look.weight) : 0;
  const at = clamp((from + to - room) / 2, left + arm + 1, right - arm - room - 1), isTorn = bad === "crashed";
  glyph(pen, bad, isTorn ? Math.max(x1 - 4, x0) : at, y, height, arm);
  const beside = at + (isTorn ? 0 : arm + 3);
  if (room) text(pen, words, beside, y + height / 2 + 4, { ...look, color: "ink", halo: many > 1 });
}

function glyph(pen, bad, x, y, height, arm) {
  if (bad === "crashed") tear(pen, x, y, height);
  else if (bad === "timed out") clockFace(pen, x, y + height / 2, arm + 0.5);
  else cross(pen, x, y + height / 2, arm);
}

function openOutline(pen, x, y, width, height) {
  Object.assign(pen, { strokeStyle: pen.theme.ink, lineWidth: 1.25 });
  pen.beginPath();
  pen.moveTo(x + width, y + 0.6);
  pen.lineTo(x + 0.6, y + 0.6);
  pen.lineTo(x + 0.6, y + height - 0.6);
  pen.lineTo(x + width, y + height - 0.6);
  pen.stroke();
}

function cross(pen, x, y, arm) {
  line(pen, x - arm, y - arm, x + arm, y + arm, { width: 1.75 });
  line(pen, x - arm, y + arm, x + arm, y - arm, { width: 1.75 });
}

function clockFace(pen, x, y, radius) {
  Object.assign(pen, { strokeStyle: pen.theme.ink, lineWidth: 1.25 });
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.moveTo(x, y - radius + 1);
  pen.lineTo(x, y);
  pen.lineTo(x + radius - 1.5, y);
  pen.stroke();
}

/** The torn edge of a bar whose worker died. @param {Pen} pen */
export function tear(pen, x, y, height) {
  pen.beginPath();
  for (let step = 0; step <= 6; step += 1) pen.lineTo(x + (step % 2 ? 4 : -1), y + (height * step) / 6);
  Object.assign(pen, { strokeStyle: pen.theme.ink, lineWidth: 1.5 });
  pen.stroke();
}

/** A call that has no worker: queued, or one that ended before it had one. @param {Pen} pen */
export function paintQueued(pen, sign, x, y, width, height, kind) {
  const { color } = styleOf(pen, kind);
  if (sign === "cancelled") return bracket(pen, x, y + height / 2, width, Math.min(height / 2, 3.5));
  if (sign === "raised") return cross(pen, x + width / 2, y + height / 2, Math.min(width, height) / 2);
  pen.fillStyle = color;
  pen.globalAlpha = width < 3 ? 0.7 : pen.theme.tint;
  fill(pen, x, y, width, height, 1.5, width < 3);
  pen.globalAlpha = 1;
  Object.assign(pen, { strokeStyle: color, lineWidth: 1 });
  if (width >= 3) shape(pen, x + 0.5, y + 0.5, width - 1, height - 1, 1.5), pen.stroke();
}

/** The sign of a cancelled call. @param {Pen} pen */
export function bracket(pen, x, y, width, arm) {
  const short = width >= 13 ? width - 8 : width;
  line(pen, x + 0.5, y - arm, x + 0.5, y + arm, { color: "grey" });
  line(pen, x + 0.5, y, x + short, y, { color: "grey" });
  if (short < width) text(pen, LETTERS.cancelled, x + short + 1, y + 3.5, { size: 9.5, weight: 700 });
}
