/* The steps of two threads: a table and words. Python makes both. */

import { completeControls } from "../shared/controls.js";
import { add, setText } from "../shared/dom.js";

function render({ model, el }) {
  const table = add(el, "div", "turns-table"), words = add(el, "p", "turns-words", { ariaLive: "polite" });
  const show = () => {
    table.innerHTML = model.get("table");
    table.scrollLeft = table.scrollWidth; // to the latest step
    setText(words, model.get("words"));
  };
  model.on("change:table change:words", show);
  show();
  return completeControls(el);
}

export default { render };
