/* The inspector on the page: the state diagram with a ticket for each future, buttons named like the API, and the answers.

   The model holds all there is to know (`futures`, `lines`); the page keeps only which future is chosen. What is shown is
   brought up to date after every change, element by element, so that nothing loses the focus. */

const STATES = {
  PENDING: "waits in the queue",
  RUNNING: "a worker makes the call",
  CANCELLED: "will never run",
  CANCELLED_AND_NOTIFIED: "and a worker knows it",
  FINISHED: "has a result, or an exception",
};
// Where each way lies in the grid is said by inspector.css, by its name.
const WAYS = [
  ["PENDING", "RUNNING", "a worker starts it", "across"],
  ["PENDING", "CANCELLED", "cancel()", "down"],
  ["CANCELLED", "CANCELLED_AND_NOTIFIED", "a worker meets it", "across"],
  ["RUNNING", "FINISHED", "returns or raises", "down"],
];
const ERRORS = ["ValueError", "TimeoutError", "OSError"];

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const stateOf = ({ path }) => path[path.length - 1];
const isGone = ({ path }) => path.includes("CANCELLED");
const hasWay = ({ path }, start, end) => path.some((state, at) => state === start && path[at + 1] === end);

function fateOf(future) {
  if (stateOf(future) === "FINISHED") return future.raised ? "raised" : "returned";
  return isGone(future) ? "cancelled" : stateOf(future).toLowerCase();
}

const spoken = (future) => {
  const fate = fateOf(future), state = stateOf(future);
  return `future ${future.name}, ${state}${state === "FINISHED" ? `, ${fate}` : ""}`;
};

function add(parent, tag, name, more = {}) {
  const child = parent.appendChild(document.createElement(tag));
  child.className = `pool-lab-inspector-${name}`;
  return Object.assign(child, more);
}

function open(model, el) {
  const root = add(el, "div", "root");
  root.classList.add("pool-lab", "pool-lab-experiment");
  keepKeys(root);
  const view = { model, root, chosen: null, tickets: new Map(), rows: new Map(), closed: false };
  view.head = headOf(view);
  view.map = mapOf(view);
  view.bench = add(root, "div", "bench");
  view.desk = deskOf(view);
  view.notes = notesOf(view);
  view.caption = add(root, "p", "caption", { ariaLive: "polite" });
  view.cover = add(root, "div", "cover");
  return view;
}

function headOf(view) {
  const head = add(view.root, "div", "head"), words = add(head, "p", "words");
  add(words, "span", "title", { textContent: "Futures" });
  add(words, "span", "of", { textContent: view.model.get("title") });
  const submit = buttonIn(view, head, "submit(…)", "submit");
  submit.classList.add("pool-lab-inspector-primary");
  submit.title = "Submit a call that runs until you press return or raise";
  return { head, submit };
}

function mapOf(view) {
  const map = add(view.root, "div", "map", { ariaLabel: "The states of a future" });
  map.setAttribute("role", "group");
  const places = {}, ways = [];
  for (const [state, words] of Object.entries(STATES)) {
    const place = add(map, "div", "place");
    place.dataset.state = state;
    place.setAttribute("role", "group");
    // A long name may be broken at an underscore.
    const name = add(place, "code", "state");
    state.split(/(?<=_)/).forEach((part, at) => name.append(...(at ? [document.createElement("wbr")] : []), part));
    add(place, "span", "sense", { textContent: words });
    places[state] = { place, tickets: add(place, "div", "tickets") };
  }
  for (const [start, end, words, course] of WAYS) {
    const way = add(map, "div", "way", { ariaHidden: "true" });
    Object.assign(way.dataset, { way: `${start}-${end}`, course });
    add(way, words.endsWith("()") ? "code" : "span", "by", { textContent: words });
    add(way, "i", "arrow");
    ways.push({ way, start, end });
  }
  const line = add(map, "div", "line", { ariaHidden: "true" });
  for (const answer of ["False", "True"]) add(line, "code", "done", { textContent: `done() is ${answer}` });
  return { map, places, ways };
}

function deskOf(view) {
  const desk = add(view.bench, "div", "desk");
  const who = add(desk, "p", "who"), name = add(who, "b", "name"), text = add(who, "code", "text");
  const group = (words) => {
    const set = add(desk, "div", "group");
    set.setAttribute("role", "group");
    set.ariaLabel = add(set, "span", "label", { textContent: words }).textContent;
    return set;
  };
  const asks = group("ask it");
  const plain = ["cancel", "cancelled", "running", "done"].map((button) => buttonIn(view, asks, `${button}()`, button));
  const waits = group("wait for it");
  const patient = ["result", "exception"].map((button) => buttonIn(view, waits, "", button, () => secondsOf(view)));
  const field = add(waits, "label", "field", { textContent: "timeout" });
  const timeout = add(field, "input", "input", { type: "number", min: 0, max: 60, step: 0.5, value: 2, ariaLabel: "timeout in seconds; empty: none" });
  timeout.addEventListener("input", () => label(view));
  const calls = group("be called back");
  const callbacks = ["note", "broken"].map((fn) => buttonIn(view, calls, `add_done_callback(${fn})`, fn));
  callbacks[0].title = "A callback that only leaves a line";
  callbacks[1].title = "A callback that raises";
  const ends = group("end the call");
  const value = add(ends, "input", "input", { type: "text", value: "42", ariaLabel: "what the call returns", spellcheck: false });
  const error = add(ends, "select", "input", { ariaLabel: "what the call raises" });
  for (const each of ERRORS) error.add(new Option(each));
  const finish = buttonIn(view, ends, "return", "return", () => value.value);
  const fail = buttonIn(view, ends, "raise", "raise", () => error.value);
  ends.append(finish, value, fail, error);
  return { desk, name, text, asking: [...plain, ...patient, ...callbacks], patient, timeout, ending: [finish, fail], ends };
}

function notesOf(view) {
  const notes = add(view.bench, "div", "notes");
  add(notes, "span", "label", { textContent: "what Python says" });
  const list = add(notes, "ol", "lines", { tabIndex: 0, ariaLabel: "What was asked, and what Python said" });
  list.setAttribute("role", "log");
  // Who looks at something further up is not to be carried off by what is new.
  view.follows = true;
  list.addEventListener("scroll", () => (view.follows = list.scrollHeight - list.scrollTop - list.clientHeight < 24));
  const empty = add(notes, "p", "empty", { textContent: "Press a button: the question and its answer are written here." });
  return { notes, list, empty };
}

function buttonIn(view, parent, words, button, valueOf = () => null) {
  const made = add(parent, "button", "button", { type: "button", textContent: words });
  made.dataset.button = button;
  made.addEventListener("click", () => {
    if (made.ariaDisabled === "true") return;
    view.model.send({ type: "press", button, future: view.chosen ?? -1, value: valueOf() });
    // The future that is about to be made is the one to go on with.
    if (button === "submit") view.chooses = true;
  });
  return made;
}

const secondsOf = ({ desk }) => (desk.timeout.value === "" ? null : Math.max(0, Math.min(60, desk.timeout.valueAsNumber)));

/** The buttons say what they will ask. */
function label(view) {
  const seconds = secondsOf(view), timeout = seconds === null ? "" : `timeout=${seconds}`;
  for (const button of view.desk.patient) button.textContent = `${button.dataset.button}(${timeout})`;
}

function choose(view, number, focus = false) {
  view.chosen = number;
  show(view);
  if (focus) view.tickets.get(number)?.focus();
}

/** A call that one can end, or else the latest. */
const firstChoice = (futures) => {
  const choice = futures.find((future) => future.canEnd && stateOf(future) === "RUNNING") ?? futures.at(-1);
  return choice?.number ?? null;
};

function show(view) {
  const { model, root } = view, futures = model.get("futures"), covered = model.get("cover");
  if (view.chooses && futures.length > (view.known ?? 0)) Object.assign(view, { chooses: false, chosen: futures.at(-1).number });
  view.known = futures.length;
  view.chosen ??= firstChoice(futures);
  Object.assign(view.cover, { hidden: !covered, textContent: covered });
  root.classList.toggle("pool-lab-inspector-covered", covered !== "");
  for (const part of [view.map.map, view.bench, view.head.submit]) part.inert = covered !== "";
  showTickets(view, futures);
  showWays(view, futures);
  showDesk(view, futures);
  showLines(view);
  if (view.caption.textContent !== model.get("caption")) view.caption.textContent = model.get("caption");
  for (const state of Object.keys(STATES)) {
    root.dataset[state.toLowerCase().replaceAll("_", "")] = futures.filter((each) => stateOf(each) === state).length;
  }
  Object.assign(root.dataset, { kind: model.get("kind"), futures: futures.length, closed: model.get("closed") });
}

function showTickets(view, futures) {
  const before = new Map([...view.tickets].map(([number, ticket]) => [number, ticket.getBoundingClientRect()]));
  const focused = document.activeElement;
  for (const future of futures) {
    const ticket = view.tickets.get(future.number) ?? ticketOf(view, future);
    const home = view.map.places[stateOf(future)].tickets;
    if (ticket.parentNode !== home) home.append(ticket);
    ticket.dataset.fate = fateOf(future);
    ticket.ariaPressed = String(future.number === view.chosen);
    ticket.ariaLabel = spoken(future);
    ticket.tabIndex = future.number === view.chosen ? 0 : -1;
  }
  if (view.root.contains(focused) && document.activeElement !== focused) focused.focus();
  for (const [number, box] of before) if (!still()) glide(view.tickets.get(number), box);
  for (const { place, tickets } of Object.values(view.map.places)) {
    place.ariaLabel = `${place.dataset.state}: ${tickets.childElementCount || "no"} future${tickets.childElementCount === 1 ? "" : "s"}`;
  }
}

/** From where it was to where it is. */
function glide(ticket, before) {
  const now = ticket.getBoundingClientRect(), x = before.left - now.left, y = before.top - now.top;
  if (before.width && (x || y)) {
    ticket.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], { duration: 320, easing: "ease-in-out" });
  }
}

function ticketOf(view, { number, name }) {
  const ticket = add(view.map.places.PENDING.tickets, "button", "ticket", { type: "button", textContent: name });
  ticket.addEventListener("click", () => choose(view, number));
  ticket.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const all = view.model.get("futures"), at = all.findIndex((one) => one.number === view.chosen);
    choose(view, all[(at + step + all.length) % all.length].number, true);
  });
  view.tickets.set(number, ticket);
  return ticket;
}

/** The way that the chosen future has gone is lit. */
function showWays(view, futures) {
  const chosen = futures.find(({ number }) => number === view.chosen);
  for (const { way, start, end } of view.map.ways) way.classList.toggle("lit", Boolean(chosen && hasWay(chosen, start, end)));
  for (const [state, { place }] of Object.entries(view.map.places)) {
    place.classList.toggle("here", Boolean(chosen && stateOf(chosen) === state));
    place.classList.toggle("lit", Boolean(chosen?.path.includes(state)));
  }
}

// Not `disabled`: a button that was just pressed would lose the focus.
const enable = (button, enabled) => (button.ariaDisabled = String(!enabled));

function showDesk(view, futures) {
  const { desk, model } = view, closed = model.get("closed");
  const chosen = futures.find(({ number }) => number === view.chosen);
  desk.name.textContent = chosen ? chosen.name : "No future yet";
  desk.text.textContent = chosen ? chosen.text : "press submit(…), and choose it here";
  desk.text.dataset.isHint = String(!chosen);
  for (const button of desk.asking) enable(button, chosen && !closed);
  const canEnd = chosen?.canEnd && stateOf(chosen) === "RUNNING" && !closed;
  for (const button of desk.ending) enable(button, canEnd);
  desk.ends.title = canEnd ? "" : "For a call of this inspector that runs";
  enable(view.head.submit, model.get("title") !== "" && !closed);
  label(view);
}

function showLines(view) {
  const { list, empty } = view.notes, lines = view.model.get("lines");
  for (const line of lines) {
    const row = view.rows.get(line.number) ?? rowOf(view, line);
    const said = line.waits ? "waits" : line.answer;
    const back = line.kind === "called back";
    Object.assign(row.item.dataset, { kind: line.kind, outcome: line.waits ? "waits" : line.raised ? "raised" : "answered" });
    row.answer.textContent = back && !line.raised ? "" : said;
    // Most is asked in the kernel's main thread; elsewhere it is worth a word.
    const where = back ? `ran in ${line.thread}` : line.thread === "MainThread" ? "" : `in ${line.thread}`;
    row.where.textContent = line.note ? `${where}, ${line.note}` : where;
  }
  const first = lines[0]?.number ?? 0;
  for (const [number, { item }] of view.rows) if (number < first) (item.remove(), view.rows.delete(number));
  empty.hidden = lines.length > 0;
  if (view.follows) list.scrollTop = list.scrollHeight;
}

function rowOf(view, line) {
  const item = add(view.notes.list, "li", "entry");
  add(item, "code", "code", { textContent: line.code });
  const answer = add(item, "code", "answer"), where = add(item, "span", "where"), row = { item, answer, where };
  view.rows.set(line.number, row);
  return row;
}

function render({ model, el }) {
  const view = open(model, el);
  model.on("change:futures change:lines change:caption change:cover change:closed", () => show(view));
  show(view);
  // Only now, on the page, it has a size.
  const sizes = new ResizeObserver(() => view.follows && (view.notes.list.scrollTop = view.notes.list.scrollHeight));
  sizes.observe(view.notes.list);
  return () => sizes.disconnect();
}

export default { render };
