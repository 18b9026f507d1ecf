/* The text of a question. The form around it gets what ipywidgets leave out: its keys, and words for screen readers. */

import { add } from "../../lab/views/shared/dom.js";
import { initialize } from "../../lab/views/shared/initialize.js";
import { keepKeys } from "../../lab/views/shared/keyboard.js";

function render({ model, el }) {
  let closed = false;
  const text = add(el, "p", "prediction-text", { innerHTML: model.get("html") });
  const completeForm = () => {
    if (closed) return;
    const form = el.closest(".pool-lab-prediction");
    if (!form) return requestAnimationFrame(completeForm); // this element becomes a part of the form a moment later
    const facts = { role: "group", "aria-label": text.textContent, "aria-live": "polite" };
    for (const [name, fact] of Object.entries(facts)) form.setAttribute(name, fact);
    keepKeys(form);
  };
  completeForm();
  return () => (closed = true);
}

export default { initialize, render };
