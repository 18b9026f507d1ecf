/* Bars too narrow for their own shape, of one call or many: those of a row are drawn at once, since there may be
   thousands. */

/** Where crowds touch, they are one shape, whose upper edge is their level.
 * @param {import("./shapes.js").Pen} pen @param {import("./blocks.js").Block[]} crowds from left to right
 * @param {number} y @param {number} height @param {{ color: string, outlined: boolean }} style
 */
export function paintCrowds(pen, crowds, y, height, { color, outlined }) {
  if (!crowds.length) return;
  const base = y + height, edge = ({ x0, x1 }) => Math.max(x1, x0 + 0.75);
  pen.fillStyle = color;
  pen.globalAlpha = outlined ? 0 : pen.theme.tint;
  const levels = new Path2D();
  let from = crowds[0].x0, until = from;
  levels.moveTo(from, base);
  for (const crowd of crowds) {
    if (crowd.x0 - until >= 1) {
      pen.fillRect(from, y, until - from, height);
      levels.lineTo(until, base);
      levels.moveTo((from = crowd.x0), base);
      until = from;
    }
    const top = base - (crowd.share > 0 ? Math.max(1, crowd.share * height) : 0);
    levels.lineTo(until, top);
    levels.lineTo((until = edge(crowd)), top);
  }
  pen.fillRect(from, y, until - from, height);
  levels.lineTo(until, base);
  pen.globalAlpha = outlined ? 0.5 : 1;
  pen.fill(levels);
  pen.globalAlpha = 1;
}
