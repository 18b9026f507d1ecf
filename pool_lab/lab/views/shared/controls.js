/* The controls above a picture are ipywidgets. Here they get what those lack: keys, and names for screen readers. */

import { add, setText } from "./dom.js";
import { keepKeys } from "./keyboard.js";

const PATIENCE_MS = 500;
const WAITING = "Waiting for the kernel: it runs a cell, or has stopped.";

/** Complete the controls of the experiment around `el`, also those that come later. Returns a function that ends this.
 * @param {HTMLElement} el @param {any} model if given, it is asked whether the kernel answers
 */
export function completeControls(el, model = null) {
  let frame = 0, changes = null;
  const begin = () => {
    const experiment = el.closest(".pool-lab-experiment");
    if (!el.isConnected) frame = requestAnimationFrame(begin);
    if (!experiment) return;
    const nameSliders = () => experiment.querySelectorAll(".widget-hslider").forEach(nameSlider);
    // Changes in the picture itself do not concern the controls.
    changes = new MutationObserver((all) => all.some(({ target }) => !el.contains(target)) && nameSliders());
    changes.observe(experiment, { childList: true, subtree: true });
    keepKeys(experiment);
    nameSliders();
    if (model) sayIfUnanswered(experiment, model);
  };
  begin();
  return () => {
    cancelAnimationFrame(frame);
    changes?.disconnect();
  };
}

/** While a cell runs, a kernel may handle a control only when the cell has ended: say so beside the controls. */
function sayIfUnanswered(experiment, model) {
  const controls = experiment.querySelector(".pool-lab-controls");
  if (!controls) return;
  const words = add(controls, "span", "waiting", { role: "status" });
  let timer = 0;
  const ask = ({ target }) => {
    if (timer || !target.closest(".widget-hslider, .jupyter-button")) return;
    timer = setTimeout(() => setText(words, WAITING), PATIENCE_MS);
    model.send({ type: "ask" });
  };
  for (const event of ["pointerdown", "keydown"]) experiment.addEventListener(event, ask, true);
  model.on("msg:custom", ({ type }) => {
    if (type !== "answer") return;
    clearTimeout(timer);
    timer = 0;
    setText(words, "");
  });
}

/** Name a slider's handle, and the number beside it, in which one can type. */
function nameSlider(slider) {
  const name = slider.querySelector(".widget-label")?.textContent;
  for (const part of slider.querySelectorAll(".noUi-handle, [contenteditable]")) {
    if (part.isContentEditable) part.setAttribute("role", "textbox");
    part.setAttribute("aria-label", name);
  }
}
