/* What each view does first.

   anywidget waits two seconds for the script of a view. On a busy computer that can be too short. Then anywidget shows
   the view all the same, but drops everything that the kernel sends to it from then on: the picture never changes. */

const NOTHING = { content: { data: {} } };

/** See that the view gets what the kernel sends, even if anywidget drops it. */
export function initialize({ model }) {
  const whole = wholeOf(model);
  // To anywidget this is a message like any other: it fails if messages are dropped. To ipywidgets it says nothing.
  // Front ends that do without ipywidgets have no such method.
  whole?._handle_comm_msg?.(NOTHING).catch(() => receiveDirectly(whole));
}

/** The model with all its methods. `model` has only some of them, but a listener is given the whole one. */
function wholeOf(model) {
  let whole = null;
  const take = (changed) => (whole = changed);
  model.on("change:asked", take);
  model.set("asked", !model.get("asked"));
  model.off("change:asked", take);
  return whole;
}

/** Handle messages as ipywidgets do without anywidget, and ask for the state, since messages were lost. */
function receiveDirectly(whole) {
  const { _handle_comm_msg: handle } = Object.getPrototypeOf(Object.getPrototypeOf(whole));
  whole.comm?.on_msg((message) => handle.call(whole, message));
  whole.comm?.send({ method: "request_state" }, {});
}
