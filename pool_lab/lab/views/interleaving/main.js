/* The steps of two threads: a table and words. Python makes both. */

import { showCover } from "../cover/cover.js";
import { completeControls } from "../shared/controls.js";
import { add, setText } from "../shared/dom.js";
import { initialize } from "../shared/initialize.js";

function render({ model, el }) {
  const root = add(el, "div", "interleaving-steps"), cover = add(root, "div", "cover");
  const table = add(root, "div", "interleaving-table");
  const words = add(root, "p", "interleaving-words", { ariaLive: "polite" });
  root.classList.add("pool-lab");
  const show = () => {
    showCover(cover, model);
    table.innerHTML = model.get("table");
    table.scrollLeft = table.scrollWidth; // to the latest step
    setText(words, model.get("words"));
  };
  model.on("change:table change:words change:cover", show);
  show();
  return completeControls(el);
}

export default { initialize, render };
