/* Keeps a picture in sight when its reader runs a cell. A notebook then goes on to the next cell and scrolls it to the
   middle, and so a picture whose calls are just running out of sight. Here it is scrolled back as far as the picture
   needs, if the next cell can still be seen. */

import { isMoving } from "./player.js";

const SOON_MS = 1500;
/** So much of the next cell stays visible, in pixels. */
const CELL = 48;
const RUN_BUTTON = '[data-command^="notebook:run-cell"]';

/** Note when a cell is run while the picture is in sight. Returns a function that ends this. */
export function listenToRuns(view) {
  const onRun = (event) => {
    const isKey = event.key === "Enter" && (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey);
    if (!isKey && !event.target.closest?.(RUN_BUTTON)) return;
    const pane = view.root.closest(".jp-WindowedPanel-outer")?.getBoundingClientRect();
    const { top, bottom } = view.root.getBoundingClientRect();
    view.ranAt = pane && top >= pane.top && bottom <= pane.bottom ? performance.now() : -Infinity;
  };
  // A reader who scrolls wants to see something else.
  const leaveAlone = () => (view.ranAt = -Infinity);
  const listeners = { keydown: onRun, click: onRun, wheel: leaveAlone, touchmove: leaveAlone };
  const all = Object.entries(listeners);
  for (const [name, listener] of all) document.addEventListener(name, listener, { capture: true, passive: true });
  return () => {
    for (const [name, listener] of all) document.removeEventListener(name, listener, { capture: true });
  };
}

/** Scroll back, once, if calls run and the picture has gone out of sight since a cell was run. */
export function keepInSight(view) {
  if (performance.now() - view.ranAt > SOON_MS || !isMoving(view.state)) return;
  const scroller = view.root.closest(".jp-WindowedPanel-outer");
  const cell = scroller?.querySelector(".jp-Cell.jp-mod-active");
  if (!cell) return;
  const pane = scroller.getBoundingClientRect(), lowest = pane.bottom - CELL - cell.getBoundingClientRect().top;
  // With its controls, if there is room for them.
  const parts = [view.root.closest(".pool-lab-experiment"), view.root].filter(Boolean);
  const gone = parts.map((part) => pane.top - part.getBoundingClientRect().top), by = gone.find((one) => one <= lowest);
  if (by === undefined || gone.at(-1) <= 0) return;
  scroller.scrollTop -= by;
  view.ranAt = -Infinity;
}
