/* The inspector: a state diagram with a chip for each future, buttons named like the methods, and Python's answers.

   Python has all facts (`futures`, `lines`); the page only knows which future is chosen. After each change the elements
   are brought up to date, none is made again, so the focus stays where it is. */

import { showCover } from "../cover/cover.js";
import { add, setText } from "../shared/dom.js";
import { initialize } from "../shared/initialize.js";
import { keepKeys } from "../shared/keyboard.js";
import { addButton, openButtons, openLog, scrollToEnd, showButtons, showLog } from "./buttons.js";
import { openDiagram, showFutures, showPath, stateOf, STATES } from "./diagram.js";

/** @returns {any} the elements, the model, and which future is chosen */
function open(model, el) {
  const root = add(el, "div", "inspector-root");
  const view = { model, root, chosen: null, chips: new Map(), rows: new Map() };
  root.classList.add("pool-lab", "pool-lab-experiment");
  keepKeys(root);
  Object.assign(view, openHead(view), openDiagram(root), { choose: (number, focus) => choose(view, number, focus) });
  const below = add(root, "div", "inspector-below");
  Object.assign(view, { below }, openButtons(view, below), openLog(view, below));
  const caption = add(root, "p", "inspector-caption", { ariaLive: "polite" });
  return Object.assign(view, { caption, cover: add(root, "div", "cover") });
}

function openHead(view) {
  const head = add(view.root, "div", "inspector-head"), words = add(head, "p", "inspector-words");
  add(words, "span", "title", { textContent: "Futures" });
  add(words, "span", "inspector-executor", { textContent: view.model.get("title") });
  const submit = addButton(view, head, "submit(…)", "submit");
  submit.classList.add("pool-lab-inspector-primary");
  submit.title = "Submit a call that runs until you press return or raise";
  return { submit };
}

function choose(view, number, focus = false) {
  view.chosen = number;
  show(view);
  if (focus) view.chips.get(number)?.focus();
}

/** A running call that buttons can end, or else the latest future. */
function firstChoice(futures) {
  const choice = futures.find((future) => future.canEnd && stateOf(future) === "RUNNING") ?? futures.at(-1);
  return choice?.number ?? null;
}

function show(view) {
  const { model, root } = view, futures = model.get("futures");
  if (view.choosesNext && futures.length > (view.known ?? 0)) {
    Object.assign(view, { choosesNext: false, chosen: futures.at(-1).number });
  }
  view.known = futures.length;
  view.chosen ??= firstChoice(futures);
  const chosen = futures.find(({ number }) => number === view.chosen);
  coverOrShow(view);
  showFutures(view, futures);
  showPath(view, chosen);
  showButtons(view, chosen);
  showLog(view);
  setText(view.caption, model.get("caption"));
  for (const state of Object.keys(STATES)) {
    const many = futures.filter((each) => stateOf(each) === state).length;
    root.dataset[state.toLowerCase().replaceAll("_", "")] = String(many);
  }
  Object.assign(root.dataset, { kind: model.get("kind"), futures: futures.length, closed: model.get("closed") });
}

function coverOrShow({ root, model, cover, diagram, below, submit }) {
  showCover(cover, model);
  root.classList.toggle("pool-lab-inspector-covered", !cover.hidden);
  for (const part of [diagram, below, submit]) part.inert = !cover.hidden;
}

function render({ model, el }) {
  const view = open(model, el);
  model.on("change:futures change:lines change:caption change:cover change:closed", () => show(view));
  show(view);
  // The log gets its size later than its lines.
  const sizes = new ResizeObserver(() => scrollToEnd(view));
  sizes.observe(view.lines);
  return () => sizes.disconnect();
}

export default { initialize, render };
