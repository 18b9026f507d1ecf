import assert from "node:assert/strict";
import { test } from "node:test";

import { initialize } from "../../pool_lab/lab/views/shared/initialize.js";

/** ipywidgets' model, as far as it matters here. */
class Model {
  attributes = {};
  listeners = new Map();
  received = [];

  constructor() {
    this.comm = { asked: [], on_msg: (handle) => (this.comm.deliver = handle), send: (data) => this.comm.asked.push(data) };
    this.comm.on_msg(this._handle_comm_msg.bind(this));
  }

  async _handle_comm_msg({ content: { data } }) {
    if (data.method) this.received.push(data.method);
  }

  set(name, value) {
    this.attributes[name] = value;
    this.listeners.get(`change:${name}`)?.(this);
  }

  /** What anywidget gives to a script. */
  get proxy() {
    const { listeners } = this, on = (name, take) => listeners.set(name, take), off = (name) => listeners.delete(name);
    return { on, off, get: (name) => this.attributes[name], set: (name, value) => this.set(name, value) };
  }
}

/** anywidget's: its messages wait until the script is there, or fail. */
const waitingFor = (ready) =>
  class extends Model {
    async _handle_comm_msg(message) {
      await ready;
      return super._handle_comm_msg(message);
    }
  };

const deliver = async (model, method) => {
  await model.comm.deliver({ content: { data: { method } } }).catch(() => {});
};

async function started(ready) {
  const model = new (waitingFor(ready))();
  initialize({ model: model.proxy });
  await new Promise(setImmediate);
  return model;
}

test("a view whose messages are dropped gets the next ones all the same, and asks for what it has missed", async () => {
  const model = await started(Promise.reject(new Error("too late")));
  await deliver(model, "update");
  assert.deepEqual(model.received, ["update"]);
  assert.deepEqual(model.comm.asked, [{ method: "request_state" }]);
});

test("a view that is in time gets each message once, and asks for nothing", async () => {
  const model = await started(Promise.resolve());
  await deliver(model, "update");
  assert.deepEqual(model.received, ["update"]);
  assert.deepEqual(model.comm.asked, []);
  assert.equal(model.listeners.size, 0);
});

test("in a saved notebook there is no kernel to ask", async () => {
  const model = new (waitingFor(Promise.reject(new Error("too late"))))();
  delete model.comm;
  initialize({ model: model.proxy });
  await new Promise(setImmediate);
});

test("a front end without ipywidgets is left alone", () => {
  const model = { get: () => undefined, set: () => {}, on: (_name, take) => take(true), off: () => {} };
  initialize({ model });
  initialize({ model: { ...model, on: () => {} } });
});
