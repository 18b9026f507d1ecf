/* A page of a notebook: its timelines and results, and the switch between light and dark. */

import { openRecorded } from "../../lab/views/timeline/recorded.js";
import { render } from "../../lab/views/race_result/main.js";

const isDark = matchMedia("(prefers-color-scheme: dark)");

function open() {
  openWithin(document, (element) => !element.closest("details:not([open])"));
  for (const details of document.querySelectorAll("details")) {
    details.addEventListener("toggle", () => openWithin(details, (element) => element.closest("details") === details));
  }
  listenToSwitch(document.querySelector("button.theme"));
}

/** Open what is to be seen. What is in a closed part has no size yet: it is opened with that.
 * @param {ParentNode} place @param {(element: Element) => boolean} isWanted
 */
function openWithin(place, isWanted) {
  for (const element of unopened(place, ".pool-lab-recorded")) if (isWanted(element)) openRecorded(element);
  for (const element of unopened(place, ".pool-lab-kept-result")) if (isWanted(element)) openResult(element);
}

/** @returns {NodeListOf<HTMLElement>} those that still have their data in them @param {ParentNode} place */
const unopened = (place, which) => place.querySelectorAll(`${which}:has(> script)`);

/** @param {Element} element */
function openResult(element) {
  const values = { chart: JSON.parse(element.querySelector("script").textContent), stale: false };
  element.replaceChildren();
  render({ model: { get: (name) => values[name], on: () => {} }, el: element });
}

/** The page follows the reader's system until the reader presses the button. @param {HTMLButtonElement} button */
function listenToSwitch(button) {
  const shown = () => document.body.dataset.jpThemeLight ?? String(!isDark.matches);
  const show = () => (button.textContent = shown() === "true" ? "Dark" : "Light");
  button.hidden = false;
  button.addEventListener("click", () => {
    document.body.dataset.jpThemeLight = String(shown() !== "true");
    show();
  });
  isDark.addEventListener("change", show);
  show();
}

export default open;
