/* A call, and the moment that is shown, in words. No page. */

import { grouped } from "../shared/numbers.js";
import { seconds } from "../shared/units.js";
import { stateAt, STATES } from "./state.js";

/** @typedef {import("./state.js").Call} Call */

const OUTCOME = {
  raised: ({ error }) => `raised ${short(error)}`,
  "timed out": ({ error }) => `was stopped: it ran out of time (${error})`,
  crashed: ({ error }) => `crashed: ${short(error)}`,
  returned: () => "returned",
};
const DONE = { returned: "done", raised: "failed" };
/** Without the module of the exception's class. */
const short = (error) => (error || "an exception").replace(/^([\w<>]+\.)+(?=\w+:)/, "");

/** The word that is shown for a state. @param {string} state */
export const wordFor = (state) => DONE[state] ?? state;

const nameOf = ({ number, name }) => `Call ${number}${name ? `, ${name}` : ""}`;

/** What has happened to the call up to that moment, in one sentence. @param {Call} call @param {number} time */
export function describe(call, time = Infinity) {
  const state = stateAt(call, time), parts = [];
  const { submitted, began, ended, worker, share } = call;
  if (!state) return `${nameOf(call)}: not submitted yet at this moment.`;
  if (submitted != null) parts.push(`submitted at ${seconds(submitted)}`);
  if (state === "queued") return sentence(call, [...parts, "queued"]);
  const left = call.dispatched ?? began ?? ended;
  if (submitted != null) parts.push(`waited ${seconds(Math.max(0, left - submitted))}`);
  if (state === "cancelled") return sentence(call, [...parts, "was cancelled before it ran"]);
  const outcome = OUTCOME[state]?.(call);
  if (began == null || worker == null) return sentence(call, [...parts, "never reached a worker", outcome]);
  if (state === "running") return sentence(call, [...parts, runningFor(call, time)]);
  parts.push(`ran on w${worker} for ${seconds(Math.max(0, ended - began))}`);
  if (share != null) parts.push(`${Math.round(share * 100)}% of it on a core`);
  return sentence(call, [...parts, outcome]);
}

const sentence = (call, parts) => `${nameOf(call)}: ${parts.join(" · ")}`;

function runningFor({ began, worker }, time) {
  return `running on w${worker}${Number.isFinite(time) ? ` for ${seconds(Math.max(0, time - began))}` : ""}`;
}

/** Calls that are too narrow to be drawn one by one. @param {number} many */
export const describeCrowd = (many) => `${grouped(many)} calls, too short to be told apart here; zoom in to see them`;

/** How many calls were in each state at a moment; `countsOf` gives them for a panel. */
export function describeMoment(time, panels, countsOf) {
  const each = panels.map((panel) => {
    const counts = countsOf(panel);
    const parts = STATES.filter((state) => counts[state]).map((state) => `${counts[state]} ${wordFor(state)}`);
    return `${panels.length > 1 ? `${panel.title} ` : ""}${parts.join(", ") || "nothing yet"}`;
  });
  return `At ${seconds(time)}: ${each.join("; ")}`;
}
