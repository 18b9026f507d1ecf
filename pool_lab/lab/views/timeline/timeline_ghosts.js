/* Ghosts: where the bars of the run before were, as thin lines below those of this one, and a dotted line at its end.
   A panel's ghost has for each worker the stretches [began, ended] in which it was inside calls, in seconds. */

const GHOST = 2.5;

/** When the run before was over; 0 if there was none. */
function ghostEnd(panels) {
  return Math.max(0, ...panels.map(({ ghost }) => endOf(ghost)));
}

const endOf = (ghost) => Math.max(0, ...ghost.map((stretches) => stretches.at(-1)?.[1] ?? 0));

function paintGhost(pen, { panel, top, bottom, lane, bar }, { x }) {
  panel.ghost.forEach((stretches, worker) => {
    const y = top + worker * lane + bar + 0.5;
    if (y + GHOST > bottom) return;
    for (const [began, ended] of stretches) paintStretch(pen, x(began), x(ended), y);
  });
  const end = x(endOf(panel.ghost));
  if (panel.ghost.length) line(pen, end, top - 2, end, bottom, { color: "grey", dash: [1, 4], alpha: 0.8 });
}

function paintStretch(pen, x0, x1, y) {
  Object.assign(pen, { fillStyle: pen.theme.grey, globalAlpha: 0.55 });
  pen.fillRect(x0, y, Math.max(x1 - x0 - 1, 0.75), GHOST);
  pen.globalAlpha = 1;
}
