/* The state diagram: a box for each state, with its futures, and an arrow for each step between states. */

import { add, prefersStillness } from "../shared/dom.js";
import { hasModifier } from "../shared/keyboard.js";

/** As Python sends it: `path` has all states that it has been in, in order. `canEnd`: buttons can end its call.
 * @typedef {{ number: number, name: string, text: string, path: string[], raised: boolean, canEnd: boolean }} Future
 */

export const STATES = {
  PENDING: "in the queue",
  RUNNING: "a worker runs it",
  CANCELLED: "will never run",
  CANCELLED_AND_NOTIFIED: "a worker has noticed",
  FINISHED: "has a result or an exception",
};
// Where each is in the grid: diagram.css, by these names.
const STEPS = [
  ["PENDING", "RUNNING", "a worker starts it", "across"],
  ["PENDING", "CANCELLED", "cancel()", "down"],
  ["CANCELLED", "CANCELLED_AND_NOTIFIED", "a worker notices", "across"],
  ["RUNNING", "FINISHED", "returns or raises", "down"],
];
const ARROWS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** @param {Future} future */
export const stateOf = ({ path }) => path[path.length - 1];

/** @param {Future} future */
const hasStep = ({ path }, start, end) => path.some((state, at) => state === start && path[at + 1] === end);

/** @param {Future} future */
function outcomeOf(future) {
  if (stateOf(future) === "FINISHED") return future.raised ? "raised" : "returned";
  return future.path.includes("CANCELLED") ? "cancelled" : stateOf(future).toLowerCase();
}

/** For screen readers. @param {Future} future */
function nameOf(future) {
  const state = stateOf(future);
  return `future ${future.name}, ${state}${state === "FINISHED" ? `, ${outcomeOf(future)}` : ""}`;
}

/** The elements of the diagram, without futures. @param {Element} root */
export function openDiagram(root) {
  const diagram = add(root, "div", "inspector-diagram", { ariaLabel: "The states of a future" });
  diagram.setAttribute("role", "group");
  const boxes = {};
  for (const [state, words] of Object.entries(STATES)) boxes[state] = boxOf(diagram, state, words);
  const steps = STEPS.map(([start, end, words, direction]) => {
    const step = add(diagram, "div", "inspector-step", { ariaHidden: "true" });
    Object.assign(step.dataset, { step: `${start}-${end}`, direction });
    add(step, words.endsWith("()") ? "code" : "span", "inspector-cause", { textContent: words });
    add(step, "i", "inspector-arrow");
    return { step, start, end };
  });
  const line = add(diagram, "div", "inspector-done-line", { ariaHidden: "true" });
  for (const answer of ["False", "True"]) add(line, "code", "inspector-done", { textContent: `done() is ${answer}` });
  return { diagram, boxes, steps };
}

function boxOf(diagram, state, words) {
  const box = add(diagram, "div", "inspector-box");
  box.dataset.state = state;
  box.setAttribute("role", "group");
  const name = add(box, "code", "inspector-state");
  // A long name may be broken at an underscore.
  state.split(/(?<=_)/).forEach((part, at) => name.append(...(at ? [document.createElement("wbr")] : []), part));
  add(box, "span", "inspector-meaning", { textContent: words });
  return { box, futures: add(box, "div", "inspector-futures") };
}

/** Put each future into the box of its state; one that moves is seen to move. @param {Future[]} futures */
export function showFutures(view, futures) {
  const before = new Map([...view.chips].map(([number, chip]) => [number, chip.getBoundingClientRect()]));
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  for (const future of futures) {
    const chip = view.chips.get(future.number) ?? chipOf(view, future);
    const { futures: home } = view.boxes[stateOf(future)], isChosen = future.number === view.chosen;
    if (chip.parentNode !== home) home.append(chip);
    chip.dataset.outcome = outcomeOf(future);
    Object.assign(chip, { ariaPressed: String(isChosen), ariaLabel: nameOf(future), tabIndex: isChosen ? 0 : -1 });
  }
  if (view.root.contains(focused) && document.activeElement !== focused) focused.focus();
  for (const [number, box] of before) if (!prefersStillness()) glide(view.chips.get(number), box);
  for (const { box, futures: inside } of Object.values(view.boxes)) {
    const many = inside.childElementCount;
    box.ariaLabel = `${box.dataset.state}: ${many || "no"} future${many === 1 ? "" : "s"}`;
  }
}

/** From where it was to where it is. */
function glide(chip, before) {
  const now = chip.getBoundingClientRect(), x = before.left - now.left, y = before.top - now.top;
  if (before.width && (x || y)) {
    const path = [{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }];
    chip.animate(path, { duration: 320, easing: "ease-in-out" });
  }
}

function chipOf(view, { number, name }) {
  const chip = add(view.boxes.PENDING.futures, "button", "inspector-future", { type: "button", textContent: name });
  chip.addEventListener("click", () => view.choose(number));
  chip.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!step || hasModifier(event)) return;
    event.preventDefault();
    const all = view.model.get("futures"), at = all.findIndex((one) => one.number === view.chosen);
    view.choose(all[(at + step + all.length) % all.length].number, true);
  });
  view.chips.set(number, chip);
  return chip;
}

/** Highlight the path of the chosen future. @param {Future | undefined} chosen */
export function showPath(view, chosen) {
  for (const { step, start, end } of view.steps) {
    step.classList.toggle("passed", Boolean(chosen && hasStep(chosen, start, end)));
  }
  for (const [state, { box }] of Object.entries(view.boxes)) {
    box.classList.toggle("current", Boolean(chosen && stateOf(chosen) === state));
    box.classList.toggle("passed", Boolean(chosen?.path.includes(state)));
  }
}
