/* The buttons, named like the methods that they call, and the log: each question with its answer. */

import { add } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { stateOf } from "./diagram.js";

const ERRORS = ["ValueError", "TimeoutError", "OSError"];
/** Pixels: if the log is scrolled up further than this, it stays there when there is something new. */
const NEAR_END = 24;

export function openButtons(view, parent) {
  const buttons = add(parent, "div", "inspector-buttons");
  const chosen = add(buttons, "p", "inspector-chosen");
  const name = add(chosen, "b", "inspector-name"), text = add(chosen, "code", "inspector-text");
  const asks = groupIn(buttons, "ask it");
  const methods = ["cancel", "cancelled", "running", "done"];
  const plain = methods.map((method) => addButton(view, asks, `${method}()`, method));
  const waits = groupIn(buttons, "wait for it");
  const blocking = ["result", "exception"].map((method) => addButton(view, waits, "", method, () => timeoutOf(view)));
  const timeout = openTimeout(view, waits);
  const calls = groupIn(buttons, "add a callback");
  const callbacks = ["note", "broken"].map((fn) => addButton(view, calls, `add_done_callback(${fn})`, fn));
  callbacks[0].title = "A callback that writes a line into the log";
  callbacks[1].title = "A callback that raises";
  const ends = groupIn(buttons, "end the call"), ending = openEndings(view, ends);
  return { name, text, asking: [...plain, ...blocking, ...callbacks], blocking, timeout, ends, ending };
}

function groupIn(parent, words) {
  const group = add(parent, "div", "inspector-group", { ariaLabel: words });
  group.setAttribute("role", "group");
  add(group, "span", "inspector-label", { textContent: words });
  return group;
}

function openTimeout(view, group) {
  const field = add(group, "label", "inspector-field", { textContent: "timeout" });
  const limits = { type: "number", min: 0, max: 60, step: 0.5, value: 2, ariaLabel: "timeout in seconds; empty: none" };
  const timeout = add(field, "input", "inspector-input", limits);
  timeout.addEventListener("input", () => showTimeout(view));
  return timeout;
}

function openEndings(view, group) {
  const returns = addButton(view, group, "return", "return", () => value.value);
  const start = { type: "text", value: "42", ariaLabel: "what the call returns", spellcheck: false };
  const value = add(group, "input", "inspector-input", start);
  const raises = addButton(view, group, "raise", "raise", () => error.value);
  const error = add(group, "select", "inspector-input", { ariaLabel: "what the call raises" });
  for (const each of ERRORS) error.add(new Option(each));
  return [returns, raises];
}

/** A button whose press is sent to Python, with the value that goes with it.
 * @param {Element} parent @param {string} words @param {string} button its name in messages @param {() => any} valueOf
 */
export function addButton(view, parent, words, button, valueOf = () => null) {
  const made = add(parent, "button", "inspector-button", { type: "button", textContent: words });
  made.dataset.button = button;
  made.addEventListener("click", () => {
    if (made.ariaDisabled === "true") return;
    view.model.send({ type: "press", button, future: view.chosen ?? -1, value: valueOf() });
    // The future that this makes will be the chosen one.
    if (button === "submit") view.choosesNext = true;
  });
  return made;
}

const timeoutOf = ({ timeout }) => (timeout.value === "" ? null : clamp(timeout.valueAsNumber, 0, 60));

/** Write the timeout into the buttons that use it. */
function showTimeout(view) {
  const seconds = timeoutOf(view), argument = seconds === null ? "" : `timeout=${seconds}`;
  for (const button of view.blocking) button.textContent = `${button.dataset.button}(${argument})`;
}

// Not `disabled`: a button that was just pressed would lose the focus.
const enable = (button, enabled) => (button.ariaDisabled = String(!enabled));

/** @param {import("./diagram.js").Future | undefined} chosen */
export function showButtons(view, chosen) {
  const { model } = view, closed = model.get("closed");
  view.name.textContent = chosen ? chosen.name : "No future yet";
  view.text.textContent = chosen ? chosen.text : "press submit(…) to make one";
  view.text.dataset.isHint = String(!chosen);
  for (const button of view.asking) enable(button, chosen && !closed);
  const canEnd = chosen?.canEnd && stateOf(chosen) === "RUNNING" && !closed;
  for (const button of view.ending) enable(button, canEnd);
  view.ends.title = canEnd ? "" : "Only for a running call that this inspector has submitted";
  enable(view.submit, model.get("title") !== "" && !closed);
  showTimeout(view);
}

export function openLog(view, parent) {
  const log = add(parent, "div", "inspector-log");
  add(log, "span", "inspector-label", { textContent: "what Python answers" });
  const lines = add(log, "ol", "inspector-lines", { tabIndex: 0, ariaLabel: "Questions, and Python's answers" });
  lines.setAttribute("role", "log");
  lines.addEventListener("scroll", () => {
    view.isAtEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < NEAR_END;
  });
  const hint = "Press a button: its question and the answer appear here.";
  const empty = add(log, "p", "inspector-empty", { textContent: hint });
  return { lines, empty, isAtEnd: true };
}

export function showLog(view) {
  const all = view.model.get("lines"), first = all[0]?.number ?? 0;
  for (const line of all) {
    const row = view.rows.get(line.number) ?? rowOf(view, line);
    const isCallback = line.kind === "called back", outcome = line.raised ? "raised" : "answered";
    Object.assign(row.item.dataset, { kind: line.kind, outcome: line.waits ? "waits" : outcome });
    row.answer.textContent = isCallback && !line.raised ? "" : line.waits ? "waits" : line.answer;
    row.where.textContent = whereOf(line, isCallback);
  }
  for (const [number, { item }] of view.rows) if (number < first) item.remove(), view.rows.delete(number);
  view.empty.hidden = all.length > 0;
  scrollToEnd(view);
}

/** Most is asked in the kernel's main thread: only another thread is named. */
function whereOf({ thread, note }, isCallback) {
  const where = isCallback ? `ran in ${thread}` : thread === "MainThread" ? "" : `in ${thread}`;
  return note ? `${where}, ${note}` : where;
}

function rowOf(view, line) {
  const item = add(view.lines, "li", "inspector-entry");
  add(item, "code", "inspector-code", { textContent: line.code });
  const answer = add(item, "code", "inspector-answer"), where = add(item, "span", "inspector-where");
  const row = { item, answer, where };
  view.rows.set(line.number, row);
  return row;
}

/** Unless the reader has scrolled up. */
export function scrollToEnd({ lines, isAtEnd }) {
  if (isAtEnd) lines.scrollTop = lines.scrollHeight;
}
