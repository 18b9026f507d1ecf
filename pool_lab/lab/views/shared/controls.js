/* The controls above a picture are ipywidgets. Here they get what those lack: keys, and names for screen readers. */

import { keepKeys } from "./keyboard.js";

/** Complete the controls of the experiment around `el`, also those that come later. Returns a function that ends this.
 * @param {HTMLElement} el
 */
export function completeControls(el) {
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
  };
  begin();
  return () => {
    cancelAnimationFrame(frame);
    changes?.disconnect();
  };
}

/** Name a slider's handle, and the number beside it, in which one can type. */
function nameSlider(slider) {
  const name = slider.querySelector(".widget-label")?.textContent;
  for (const part of slider.querySelectorAll(".noUi-handle, [contenteditable]")) {
    if (part.isContentEditable) part.setAttribute("role", "textbox");
    part.setAttribute("aria-label", name);
  }
}
