/* The cover of an output that is not a view. Python puts the output into its place. */

import { add } from "../shared/dom.js";
import { initialize } from "../shared/initialize.js";
import { keepKeys } from "../shared/keyboard.js";
import { showCover } from "./cover.js";

function render({ model, el }) {
  const root = add(el, "div", "covered-output"), cover = add(root, "div", "cover");
  root.classList.add("pool-lab");
  keepKeys(root);
  const show = () => {
    showCover(cover, model);
    // A page that was loaded again does not get the output any more.
    if (cover.hidden) setTimeout(() => (root.textContent = "Run this cell again to see its output."), 2000);
  };
  model.on("change:cover", show);
  show();
}

export default { initialize, render };
