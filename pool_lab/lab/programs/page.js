/* The page of a recorded run: its timeline, and what can be asked about it. */

import { openRecorded } from "../views/timeline/recorded.js";

const NAME = 2;
/** @param {string} id */
const byId = (id) => document.getElementById(id);

function open() {
  const timeline = openRecorded(document.querySelector(".pool-lab-recorded"));
  listenToSearch(timeline);
}

/** Show only calls of functions whose names have these letters. */
function listenToSearch({ log, receive }) {
  const names = [...new Set(log.calls.map((row) => row[NAME]).filter(Boolean))].sort();
  byId("functions").append(...names.map((name) => new Option(name)));
  let runs = log.run;
  const search = /** @type {HTMLInputElement} */ (byId("search"));
  search.addEventListener("change", () => {
    const wanted = search.value.trim().toLowerCase();
    const chosen = log.calls.filter((row) => (row[NAME] ?? "").toLowerCase().includes(wanted));
    byId("found").textContent = wanted ? `${chosen.length} of ${log.calls.length} calls` : "";
    receive({ ...log, run: (runs += 1), calls: chosen });
  });
}

export default open;
