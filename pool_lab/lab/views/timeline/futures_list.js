/* The list of futures below the picture: a chip for each, with the sign of its state. A click on it shows its bar. Its
   words are about calls: a pool that a learner writes has no futures at first.

   Of many thousand, only the visible ones are in the page. The list is closed until its reader opens it. */

import { add, setText } from "../shared/dom.js";
import { hasModifier } from "../shared/keyboard.js";
import { clamp, grouped, sum } from "../shared/numbers.js";
import { stateAt } from "./state.js";
import { labelOf, wordFor } from "./words.js";

const CHIP_WIDTH = 84, CHIP_HEIGHT = 24, CHIP_ROWS = 6;
const SIGNS = {
  queued: "…", running: "▷", returned: "✓", cancelled: "⊢ C", raised: "✕ F", "timed out": "◷ T", crashed: "⚡ W",
};

/** The elements of the list. @param {Element} parent */
export function openFutures(parent) {
  const details = add(parent, "details", "futures"), summary = details.appendChild(document.createElement("summary"));
  const list = add(details, "div", "chips", { tabIndex: 0, role: "listbox", ariaLabel: "calls" });
  const sheet = list.appendChild(document.createElement("div"));
  list.style.maxHeight = `${CHIP_HEIGHT * CHIP_ROWS}px`;
  return { details, summary, list, sheet, blocks: [], chips: new Map() };
}

export function listenToFutures(view) {
  const { details, list } = view.futures;
  details.addEventListener("toggle", () => showFutures(view));
  list.addEventListener("scroll", () => showFutures(view));
  list.addEventListener("click", ({ target }) => pick(view, target.closest("[data-at]")?.dataset.at));
  list.addEventListener("keydown", (event) => walk(view, event));
}

/** Show the futures as they are at the moment that is shown. Cheap while the list is closed. */
export function showFutures(view) {
  const { details, summary, list } = view.futures, { panels } = view.state;
  const many = sum(panels.map(({ calls }) => calls.size));
  details.hidden = view.isCovered() || many === 0;
  setText(summary, `${grouped(many)} ${many === 1 ? "call" : "calls"}, one by one`);
  if (details.open && !details.hidden && list.clientWidth) layOut(view, list.clientWidth);
}

function layOut(view, width) {
  const { list, sheet } = view.futures, across = Math.max(1, Math.floor(width / CHIP_WIDTH));
  const blocks = blocksOf(view.state.panels, across), rows = blocks.at(-1)?.end ?? 0;
  Object.assign(view.futures, { across, blocks });
  sheet.style.height = `${rows * CHIP_HEIGHT}px`;
  const first = Math.floor(list.scrollTop / CHIP_HEIGHT), last = Math.min(rows, first + CHIP_ROWS + 1);
  const seen = new Set();
  for (let row = first; row < last; row += 1) {
    const block = blocks.find(({ end }) => row < end);
    if (block.title && row === block.start) seen.add(put(view, `title ${block.index}`, row, 0, block.title));
    else fillRow(view, block, row, across, seen);
  }
  for (const [key, chip] of view.futures.chips) if (!seen.has(key)) chip.remove(), view.futures.chips.delete(key);
}

/** The rows of each panel; if there are several, the first row of each has its title. */
function blocksOf(panels, across) {
  let row = 0;
  return panels.map((panel) => {
    const { title, calls, index } = panel, start = row, titled = panels.length > 1;
    if (panel.numbers?.length !== calls.size) panel.numbers = [...calls.keys()];
    const { numbers } = panel;
    row += Number(titled) + Math.ceil(numbers.length / across);
    return { index, start, end: row, first: start + Number(titled), title: titled ? title : "", calls, numbers };
  });
}

function fillRow(view, { index, first, calls, numbers }, row, across, seen) {
  for (let column = 0; column < across; column += 1) {
    const number = numbers[(row - first) * across + column];
    if (number === undefined) return;
    const call = calls.get(number), state = stateAt(call, view.now) ?? "not yet", key = `${index}:${number}`;
    const label = labelOf(call), words = `call ${label}: ${wordFor(state)}`, isChosen = call === view.selected;
    seen.add(put(view, key, row, column, `${label} ${SIGNS[state] ?? ""}`));
    const chip = view.futures.chips.get(key);
    if (chip.title !== words) Object.assign(chip, { title: words, ariaLabel: words });
    Object.assign(chip.dataset, { at: key, state, kind: view.state.panels[index].kind });
    chip.ariaSelected = String(isChosen);
    chip.id = `pool-lab-${view.id}-${index}-${number}`;
    if (isChosen) view.futures.list.setAttribute("aria-activedescendant", chip.id);
  }
}

function put({ futures: { sheet, chips } }, key, row, column, words) {
  if (!chips.has(key)) {
    const isTitle = key.startsWith("title");
    chips.set(key, isTitle ? add(sheet, "span", "chips-title") : add(sheet, "span", "chip", { role: "option" }));
  }
  const chip = chips.get(key), place = `translate(${column * CHIP_WIDTH}px, ${row * CHIP_HEIGHT}px)`;
  if (chip.style.transform !== place) chip.style.transform = place;
  setText(chip, words);
  return key;
}

function pick(view, key) {
  if (!key) return;
  const [panel, number] = key.split(":").map(Number);
  view.find(view.state.panels[panel].calls.get(number));
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function walk(view, event) {
  const step = STEPS[event.key], { selected, futures } = view;
  if (!step || hasModifier(event)) return;
  event.preventDefault();
  event.stopPropagation();
  showFutures(view); // a list that was opened just now may be empty yet
  const all = futures.blocks.flatMap(({ calls, numbers }) => numbers.map((number) => calls.get(number)));
  const at = selected ? all.indexOf(selected) + step[0] + step[1] * futures.across : 0;
  if (!all[at]) return;
  view.find(all[at]);
  const block = futures.blocks[all[at].panel], place = block.numbers.indexOf(all[at].number);
  const top = (block.first + Math.floor(place / futures.across)) * CHIP_HEIGHT, { list } = futures;
  list.scrollTop = clamp(list.scrollTop, top - CHIP_HEIGHT * (CHIP_ROWS - 1), top);
}
