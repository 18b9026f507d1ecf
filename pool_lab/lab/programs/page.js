/* The page of a recorded run: its timeline, and what can be asked about it.

   A button with evidence marks it on the timeline; pressed again, or with Escape, no more. A button with a function
   shows only the calls of that function. */

import { prefersStillness } from "../views/shared/dom.js";
import { grouped } from "../views/shared/numbers.js";
import { openRecorded } from "../views/timeline/recorded.js";

/** The place of a function's name in a row; see rows.py. */
const NAME = 2;

/** @typedef {import("../views/timeline/recorded.js").Recorded} Recorded */

/** @param {string} id */
const byId = (id) => document.getElementById(id);

function open() {
  const timeline = openRecorded(document.querySelector(".pool-lab-recorded"));
  const search = listenToSearch(timeline);
  listenToEvidence(timeline, () => search(""));
}

/** Show only calls of functions whose names have these letters. @param {Recorded} timeline */
function listenToSearch({ log, view, receive }) {
  const field = /** @type {HTMLInputElement} */ (byId("search"));
  if (!field) return () => {};
  const names = [...new Set(log.calls.map((row) => row[NAME]).filter(Boolean))].sort();
  byId("functions").append(...names.map((name) => new Option(name)));
  let runs = log.run, shown = "";
  const search = (words) => {
    const wanted = words.trim().toLowerCase();
    field.value = words;
    if (wanted === shown) return;
    const calls = wanted ? log.calls.filter((row) => (row[NAME] ?? "").toLowerCase().includes(wanted)) : log.calls;
    byId("found").textContent = wanted ? `${grouped(calls.length)} of ${grouped(log.calls.length)} calls` : "";
    view.mark(null);
    receive({ ...log, run: (runs += 1), calls });
    shown = wanted;
  };
  field.addEventListener("change", () => search(field.value));
  field.addEventListener("search", () => search(field.value)); // its own button to empty it
  for (const button of buttonsWith("function")) {
    button.addEventListener("click", () => (search(button.dataset.function), bringIntoSight(view)));
  }
  return search;
}

/** @param {string} what @returns {NodeListOf<HTMLElement>} */
const buttonsWith = (what) => document.querySelectorAll(`button[data-${what}]`);

/** @param {Recorded} timeline @param {() => void} showAllCalls */
function listenToEvidence({ view }, showAllCalls) {
  let pressed = null;
  const press = (button) => {
    pressed?.setAttribute("aria-pressed", "false");
    button?.setAttribute("aria-pressed", "true");
    pressed = button;
  };
  for (const button of buttonsWith("evidence")) {
    button.addEventListener("click", () => {
      if (button === pressed) return view.mark(null);
      showAllCalls();
      view.mark(JSON.parse(button.dataset.evidence));
      press(button);
      bringIntoSight(view);
    });
  }
  view.root.addEventListener("marked", () => view.marked || press(null));
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !pressed) return;
    pressed.scrollIntoView({ block: "nearest", behavior: motion() });
    view.mark(null);
  });
}

const motion = () => (prefersStillness() ? "auto" : "smooth");

/** Scroll to the marked panel, or to the first, unless it can be seen. @param {any} view */
function bringIntoSight({ stage, layout, marked }) {
  const box = layout?.boxes[marked?.panel ?? 0], top = stage.getBoundingClientRect().top;
  if (!box || (top + box.head >= 20 && top + box.bottom <= innerHeight)) return;
  scrollBy({ top: top + box.head - 48, behavior: motion() });
}

export default open;
