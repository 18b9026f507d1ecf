/* Runs for tests, as Python's messages tell of them. */

import { fresh, reduce } from "../../pool_lab/lab/views/timeline/state.js";

const micro = (seconds) => (seconds == null ? null : seconds * 1e6);

export const panel = (more = {}) => ({ title: "threads", note: "", kind: "threads", workers: 2, ...more });

/** A call's row, as in rows.py; times in seconds. */
export function row({ panel = 0, call = 0, name = "nap", submitted = 0, began, ended, worker, cpu, ending, error }) {
  const times = [submitted, began, began, ended, ended].map(micro); // dispatched when it began
  return [panel, call, name, ...times, worker, micro(cpu), ending, error];
}

/** A worker for each list: it runs calls of these lengths one after the other, half of the time on a core. */
export function busy(lengths) {
  let call = 0;
  return lengths.flatMap((list, worker) => {
    let began = 0;
    return list.map((length) => {
      const one = { call: call++, worker, began, ended: began + length, cpu: length / 2, ending: "returned" };
      began = one.ended;
      return row(one);
    });
  });
}

/** The state after these rows of calls. */
export const stateOf = (calls, { now = 0, panels = [panel()], others = [], running = true } = {}) =>
  reduce(fresh({ run: 1, panels, running }), { type: "news", run: 1, now, calls, others });
