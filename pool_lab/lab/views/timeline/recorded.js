/* Timelines of recorded runs, in a page that has no kernel (recorded.py writes it). Each is an element with its run in
   it, as JSON; the script opens all that it finds. */

import { openTimeline } from "./main.js";

/** @typedef {ReturnType<typeof openRecorded>} Recorded */

/** Opens the timeline of an element. @param {HTMLElement} element */
export function openRecorded(element) {
  const { log, caption } = JSON.parse(element.querySelector("script").textContent);
  element.replaceChildren();
  const { view, receive } = openTimeline({ model: modelOf(log, caption), el: element });
  return { log, view, receive };
}

/** What a timeline expects of a kernel: a place to read from, where nothing changes. */
function modelOf(log, caption) {
  const values = { log, caption, cover: "", trouble: "" };
  return { get: (name) => values[name], on: () => {}, off: () => {}, send: () => {} };
}

function openAll() {
  /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".pool-lab-recorded")).forEach(openRecorded);
}

export default openAll;
