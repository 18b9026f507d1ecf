/* A sweep on the page: its chart is drawn again each time something has been measured, with a sentence below. */

import { showCover } from "../cover/cover.js";
import { completeControls } from "../shared/controls.js";
import { add } from "../shared/dom.js";
import { initialize } from "../shared/initialize.js";
import { draw } from "./chart.js";

function render({ model, el }) {
  const root = add(el, "div", "sweep"), stage = add(root, "div", "sweep-stage");
  const cover = add(root, "div", "cover"), caption = add(root, "p", "caption");
  root.classList.add("pool-lab");
  caption.setAttribute("aria-live", "polite");
  const show = () => {
    const covered = model.get("cover") !== "", chart = model.get("chart");
    showCover(cover, model);
    stage.hidden = covered;
    caption.textContent = covered ? "" : model.get("caption");
    if (covered || !chart.curves || !stage.clientWidth) return;
    const points = chart.curves.flatMap((curve) => curve.points);
    root.dataset.measured = String(points.flatMap(({ speedUps }) => speedUps).length);
    root.dataset.points = String(points.length);
    root.dataset.underWay = chart.underWay?.join(" ") ?? "";
    draw(stage, chart, model.get("caption"));
  };
  const sizes = new ResizeObserver(show), leaveControls = completeControls(el);
  sizes.observe(root);
  model.on("change:chart change:caption change:cover", show);
  show();
  return () => {
    sizes.disconnect();
    leaveControls();
  };
}

export default { initialize, render };
