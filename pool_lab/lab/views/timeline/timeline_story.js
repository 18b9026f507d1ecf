/* What the page says in words of a call, of the moment that is shown, and of what can be done. Pure. */

const OUTCOME = {
  raised: ({ error }) => `raised ${short(error)}`,
  "timed out": ({ error }) => `was stopped: it ran out of time (${error})`,
  crashed: ({ error }) => `crashed: ${short(error)}`,
  returned: () => "returned",
};
const DONE = { returned: "done", raised: "failed" };
/** Without the module of the exception's class. */
const short = (error) => (error || "an exception").replace(/^([\w<>]+\.)+(?=\w+:)/, "");

const sayState = (state) => DONE[state] ?? state;

/** A time to three digits at most, in the unit people would say it in. */
export function seconds(s) {
  if (!s) return "0 s";
  if (s >= 100) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
  if (s >= 0.1) return `${s.toFixed(s >= 10 ? 1 : 2)} s`;
  return s >= 0.001 ? `${(s * 1e3).toFixed(s >= 0.01 ? 0 : 1)} ms` : `${Math.round(s * 1e6)} µs`;
}

const nameOf = ({ number, name }) => `Call ${number}${name ? `, ${name}` : ""}`;

/** The life of a call up to that moment, in one sentence. */
export function story(call, time = Infinity) {
  const state = stateAt(call, time), parts = [];
  const { submitted, began, ended, worker, share } = call;
  if (!state) return `${nameOf(call)}: not submitted yet at this moment.`;
  if (submitted != null) parts.push(`submitted at ${seconds(submitted)}`);
  if (state === "queued") return sentence(call, [...parts, "waiting for a worker"]);
  const left = call.dispatched ?? began ?? ended;
  if (submitted != null) parts.push(`waited ${seconds(Math.max(0, left - submitted))}`);
  if (state === "cancelled") return sentence(call, [...parts, "was cancelled before it ran"]);
  if (began == null || worker == null) return sentence(call, [...parts, "never reached a worker", OUTCOME[state](call)]);
  if (state === "running") return sentence(call, [...parts, runningFor(call, time)]);
  parts.push(`ran on w${worker} for ${seconds(Math.max(0, ended - began))}`);
  if (share != null) parts.push(`${Math.round(share * 100)}% of it on a core`);
  return sentence(call, [...parts, OUTCOME[state](call)]);
}

const sentence = (call, parts) => `${nameOf(call)}: ${parts.join(" · ")}`;

function runningFor({ began, worker }, time) {
  return `running on w${worker}${Number.isFinite(time) ? ` for ${seconds(Math.max(0, time - began))}` : ""}`;
}

/** Several calls that are too narrow to be told apart. */
export const crowdStory = (many) =>
  `${many.toLocaleString("en")} calls, too short to be told apart here; zoom in to see them`;

/** What a scrubber says of the moment it stands at. */
export function momentStory(time, panels, countsOf) {
  const each = panels.map((panel) => {
    const counts = countsOf(panel);
    const told = STATES.filter((state) => counts[state]).map((state) => `${counts[state]} ${sayState(state)}`);
    return `${panels.length > 1 ? `${panel.title} ` : ""}${told.join(", ") || "nothing yet"}`;
  });
  return `At ${seconds(time)}: ${each.join("; ")}`;
}
