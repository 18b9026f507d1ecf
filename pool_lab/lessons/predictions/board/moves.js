/* The moves of a bar on the board, and its place in words. No page. */

import { clamp } from "../../../lab/views/shared/numbers.js";

/** [worker, start, end]; worker -1 while it is in the tray. @typedef {[number, number, number]} Bar */
/** @typedef {{ workers: number, horizon: number }} Limits */

/** The bar, so many lanes further down and so many units later; with `stretch` only its end is later.
 * @param {Bar} bar @param {number} lanes @param {number} by @param {Limits & { stretch?: boolean }} limits
 * @returns {Bar}
 */
export function moved([worker, start, end], lanes, by, { workers, horizon, stretch = false }) {
  if (stretch) return [worker, start, clamp(end + by, start + 1, horizon)];
  const length = end - start, at = clamp(start + by, 0, horizon - length);
  // The tray is below the last lane.
  const lane = clamp((worker < 0 ? workers : worker) + lanes, 0, workers);
  return [lane === workers ? -1 : lane, at, at + length];
}

/** Where the bar is. @param {string} name @param {Bar} bar */
export const describe = (name, [worker, start, end]) =>
  worker < 0 ? `${name}, not placed yet` : `${name} on worker ${worker}, from ${start} to ${end}`;

/** The bar with this start, if possible, and the same length.
 * @param {Bar} bar @param {number} wish @param {number} horizon
 * @returns {Bar}
 */
export function startingAt([worker, start, end], wish, horizon) {
  const at = clamp(wish, 0, horizon - (end - start));
  return [worker, at, at + end - start];
}
