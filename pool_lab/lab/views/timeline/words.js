/* A call, and the moment that is shown, in words. No page. */

import { grouped, sum } from "../shared/numbers.js";
import { seconds } from "../shared/units.js";
import { ENDINGS, stateAt } from "./state.js";

/** @typedef {import("./state.js").Call} Call */

const OUTCOME = {
  raised: ({ error }) => `raised ${short(error)}`,
  "timed out": ({ error }) => `was stopped: it ran out of time (${error})`,
  crashed: ({ error }) => `crashed: ${short(error)}`,
  returned: () => "returned",
};
/** Without the module of the exception's class. */
const short = (error) => (error || "an exception").replace(/^([\w<>]+\.)+(?=\w+:)/, "");

/** The word that is shown for a state. @param {string} state */
export const wordFor = (state) => (state === "raised" ? "failed" : state);

/** The counts of a panel, each with its word: 0 queued 1 running 14 done (2 failed, 1 cancelled). A call is done when
 * its future is, however it ended. Zeros are left out, except if `all`, the first three.
 * @param {Record<string, number>} counts @returns {{ number: string, word: string }[]}
 */
export function tally(counts, { all = false } = {}) {
  const { first, losses } = partsOf(counts, all);
  return [...first, ...losses.map(({ number, word }, at) => ({
    number: `${at ? "" : "("}${number}`, word: `${word}${at < losses.length - 1 ? "," : ")"}`,
  }))];
}

/** The same in a sentence. */
function countsInWords(counts) {
  const { first, losses } = partsOf(counts), list = (parts) => parts.map(({ number, word }) => `${number} ${word}`);
  return `${list(first).join(", ")}${losses.length ? ` (${list(losses).join(", ")})` : ""}`;
}

function partsOf(counts, all = false) {
  const many = (state) => counts[state] ?? 0, part = (word, number) => ({ number: grouped(number), word });
  const first = { queued: many("queued"), running: many("running"), done: sum(ENDINGS.map(many)) };
  const losses = ENDINGS.filter((state) => state !== "returned" && many(state));
  return {
    first: Object.entries(first).filter(([, number]) => all || number).map(([word, number]) => part(word, number)),
    losses: losses.map((state) => part(wordFor(state), many(state))),
  };
}

/** What to call a call: its label, or its number. @param {Call} call */
export const labelOf = ({ label, number }) => label || String(number);

const nameOf = (call) => `Call ${labelOf(call)}${call.name ? `, ${call.name}` : ""}`;

/** What has happened to the call up to that moment, in one sentence. @param {Call} call @param {number} time */
export function describe(call, time = Infinity) {
  const state = stateAt(call, time), parts = [];
  const { submitted, began, ended, worker, share } = call;
  if (!state) return `${nameOf(call)}: not submitted yet at this moment.`;
  if (submitted != null) parts.push(`submitted at ${seconds(submitted)}`);
  if (state === "queued") return sentence(call, [...parts, "queued"]);
  // A pool of another library tells of a call in another process only when its result is back. If the process has died
  // instead, nobody knows whether the call had begun.
  const outcome = OUTCOME[state]?.(call), isSeen = began != null && worker != null;
  if (!isSeen && state !== "cancelled") return sentence(call, [...parts, "not seen on any worker", outcome]);
  const left = call.dispatched ?? began ?? ended;
  if (submitted != null) parts.push(`waited ${seconds(Math.max(0, left - submitted))}`);
  if (state === "cancelled") return sentence(call, [...parts, "was cancelled before it ran"]);
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

/** How many calls were in each state; `when` says at which moment. `countsOf` gives the counts for a panel. */
export function describeMoment(when, panels, countsOf) {
  const titleOf = ({ title }) => (panels.length > 1 ? `${title}: ` : "");
  const each = panels.map((panel) => `${titleOf(panel)}${countsInWords(countsOf(panel)) || "nothing yet"}`);
  return `${when}: ${each.join("; ")}`;
}
