/* The previous run: a thin line below the bars where its calls ran, and a dotted line at its end. */

import { line } from "./shapes.js";
import { endOfPrevious } from "./state.js";

const HEIGHT = 2.5;

export function paintPreviousRun(pen, { panel, top, bottom, lane, bar }, { x }) {
  panel.previous.forEach((stretches, worker) => {
    const y = top + worker * lane + bar + 0.5;
    if (y + HEIGHT > bottom) return;
    for (const [began, ended] of stretches) paintStretch(pen, x(began), x(ended), y);
  });
  const end = x(endOfPrevious(panel.previous));
  if (panel.previous.length) line(pen, end, top - 2, end, bottom, { color: "grey", dash: [1, 4], alpha: 0.8 });
}

export function paintStretch(pen, x0, x1, y) {
  Object.assign(pen, { fillStyle: pen.theme.grey, globalAlpha: 0.55 });
  pen.fillRect(x0, y, Math.max(x1 - x0 - 1, 0.75), HEIGHT);
  pen.globalAlpha = 1;
}
