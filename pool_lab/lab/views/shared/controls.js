/* The controls of an experiment are ipywidgets: here the page is told what they leave out.

   The handle of a slider has no name for those who listen to the page. And a notebook may take keys for its own that are
   meant for a slider or a button (Jupyter Notebook takes the arrows and Enter), unless the element that has the focus
   says that shortcuts are to stay out. */

/** Keys that are meant for something in here are not the notebook's. */
export function keepKeys(root) {
  root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
}

/** Tend the controls around the picture in `el`, also those that come later; returns what ends it. */
export function tendControls(el) {
  let frame = 0, changes = null;
  const begin = () => {
    const experiment = el.closest(".pool-lab-experiment");
    if (!el.isConnected) frame = requestAnimationFrame(begin);
    if (!experiment) return;
    const tend = () => experiment.querySelectorAll(".widget-hslider").forEach(nameSlider);
    // What changes in the picture itself is not about controls.
    changes = new MutationObserver((all) => all.some(({ target }) => !el.contains(target)) && tend());
    changes.observe(experiment, { childList: true, subtree: true });
    keepKeys(experiment);
    tend();
  };
  begin();
  return () => (cancelAnimationFrame(frame), changes?.disconnect());
}

/** The handle, and the number beside it, which can be typed over. */
function nameSlider(slider) {
  const name = slider.querySelector(".widget-label")?.textContent;
  for (const part of slider.querySelectorAll(".noUi-handle, [contenteditable]")) {
    if (part.isContentEditable) part.setAttribute("role", "textbox");
    part.setAttribute("aria-label", name);
  }
}
