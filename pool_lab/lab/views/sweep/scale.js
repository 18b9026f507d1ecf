/* Where everything in a sweep's chart is. No page. */

export const HEIGHT = 300;
export const EDGE = { top: 26, bottom: 40, left: 40 };
const NARROW = 560;

/** @typedef {{ workers: number, speedUps: number[], median: number }} Point
 * @typedef {{ name: string, kind: string, points: Point[], paysUntil: number | null }} Curve
 * @typedef {{ curves: Curve[], workers: number[], cores: number, underWay: [string, number] | null }} Chart
 * @typedef {object} Scale
 * @property {boolean} narrow @property {number} most workers @property {number} top the highest speed-up
 * @property {number} right @property {(workers: number) => number} x @property {(speedUp: number) => number} y
 */

/** @param {Chart} chart @param {number} width @returns {Scale} */
export function scaleOf({ curves, workers }, width) {
  const narrow = width < NARROW, most = Math.max(...workers);
  const top = highest(curves), right = width - (narrow ? 16 : 130);
  return {
    narrow, most, top, right,
    x: (many) => EDGE.left + (many / (most * 1.04)) * (right - EDGE.left),
    y: (speedUp) => HEIGHT - EDGE.bottom - (speedUp / top) * (HEIGHT - EDGE.bottom - EDGE.top),
  };
}

const highest = (curves) =>
  1.12 * Math.max(2, ...curves.flatMap(({ points }) => points.flatMap(({ speedUps }) => speedUps)));

/** The speed-ups at which the axis has a line: seven at most. @param {number} top */
export function ticks(top) {
  const step = [0.5, 1, 2, 5, 10, 20, 50].find((one) => top / one <= 6) ?? 100;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, number) => number * step);
}

/** The names at the curves' ends, from the lowest up, so that none covers another.
 * @param {Curve[]} curves @param {Scale} scale
 */
export function namePlaces(curves, { x, y }) {
  const ends = curves.filter(({ points }) => points.length).map(({ name, points }) => ({ name, ...points.at(-1) }));
  let above = Infinity;
  return ends.sort((one, other) => one.median - other.median).map(({ name, workers, median }) => {
    above = Math.min(y(median) + 4, above - 16);
    return { name, x: x(workers) + 14, y: above };
  });
}

/** Whether an earlier curve has the same kind: then this one is dashed and hollow. @param {Curve[]} curves */
export const isSecond = (curves, at) => curves.findIndex(({ kind }) => kind === curves[at].kind) < at;
