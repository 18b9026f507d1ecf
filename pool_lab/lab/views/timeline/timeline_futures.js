/* The futures one by one, below the picture: a chip for each, with the shape of its state. A click finds its bar.

   Of many thousand only those in sight are in the page. The list is open only if its reader has opened it. */

const CHIP_WIDTH = 84, CHIP_HEIGHT = 24, CHIP_ROWS = 6;
const SIGNS = { queued: "…", running: "▷", returned: "✓", cancelled: "⊢ C" };
const FAILURES = { raised: "✕ F", "timed out": "◷ T", crashed: "⚡ W" };

function openFutures(view, parent) {
  const details = parent.appendChild(document.createElement("details")), summary = document.createElement("summary");
  const list = document.createElement("div"), sheet = document.createElement("div");
  details.className = "pool-lab-futures";
  list.className = "pool-lab-chips";
  Object.assign(list, { tabIndex: 0, role: "listbox", ariaLabel: "futures" });
  list.style.maxHeight = `${CHIP_HEIGHT * CHIP_ROWS}px`;
  details.append(summary, list);
  list.append(sheet);
  view.futures = { details, summary, list, sheet, entries: [], blocks: [], chips: new Map() };
  details.addEventListener("toggle", () => showFutures(view));
  list.addEventListener("scroll", () => showFutures(view));
  list.addEventListener("click", ({ target }) => pick(view, target.closest("[data-at]")?.dataset.at));
  list.addEventListener("keydown", (event) => walk(view, event));
}

/** Bring the list up to the moment that is shown. Cheap while it is closed. */
function showFutures(view) {
  const { details, summary, list } = view.futures, { panels } = view.state;
  const many = sum(panels.map(({ calls }) => calls.size));
  details.hidden = view.isCovered() || many === 0;
  const words = `${many.toLocaleString("en")} ${many === 1 ? "future" : "futures"}, one by one`;
  if (summary.textContent !== words) summary.textContent = words;
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

const signOf = (state) => SIGNS[state] ?? FAILURES[state] ?? "";

/** Which rows are whose: of several panels each has a row with its title first. */
function blocksOf(panels, across) {
  let row = 0;
  return panels.map((panel) => {
    const { title, calls, index } = panel, start = row, titled = panels.length > 1;
    if (panel.numbers?.length !== calls.size) panel.numbers = [...calls.keys()];
    const { numbers } = panel;
    row += titled + Math.ceil(numbers.length / across);
    return { index, start, end: row, first: start + titled, title: titled ? title : "", calls, numbers };
  });
}

function fillRow(view, { index, first, calls, numbers }, row, across, seen) {
  for (let column = 0; column < across; column += 1) {
    const number = numbers[(row - first) * across + column];
    if (number === undefined) return;
    const call = calls.get(number), state = stateAt(call, view.now) ?? "not yet", key = `${index}:${number}`;
    seen.add(put(view, key, row, column, `${number} ${signOf(state)}`));
    const chip = view.futures.chips.get(key);
    const told = `future ${number}: ${sayState(state)}`, isChosen = call === view.selected;
    if (chip.title !== told) Object.assign(chip, { title: told, ariaLabel: told });
    Object.assign(chip.dataset, { at: key, state, kind: view.state.panels[index].kind });
    chip.ariaSelected = String(isChosen);
    chip.id = `pool-lab-${view.id}-${index}-${number}`;
    if (isChosen) view.futures.list.setAttribute("aria-activedescendant", chip.id);
  }
}

function put({ futures: { sheet, chips } }, key, row, column, words) {
  if (!chips.has(key)) {
    const chip = sheet.appendChild(document.createElement("span"));
    if (key.startsWith("title")) chip.className = "pool-lab-chips-title";
    else Object.assign(chip, { className: "pool-lab-chip", role: "option" });
    chips.set(key, chip);
  }
  const chip = chips.get(key), place = `translate(${column * CHIP_WIDTH}px, ${row * CHIP_HEIGHT}px)`;
  if (chip.style.transform !== place) chip.style.transform = place;
  if (chip.textContent !== words) chip.textContent = words;
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
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  showFutures(view); // a list that was opened just now may not have heard of it
  const all = futures.blocks.flatMap(({ calls, numbers }) => numbers.map((number) => calls.get(number)));
  const at = selected ? all.indexOf(selected) + step[0] + step[1] * futures.across : 0;
  if (!all[at]) return;
  view.find(all[at]);
  const block = futures.blocks[all[at].panel], place = block.numbers.indexOf(all[at].number);
  const top = (block.first + Math.floor(place / futures.across)) * CHIP_HEIGHT, { list } = futures;
  list.scrollTop = clamp(list.scrollTop, top - CHIP_HEIGHT * (CHIP_ROWS - 1), top);
}
